import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import type { MergeView } from "../../../src/contract/merging/merge.ts";
import type { MergeChild } from "./merge-child.ts";

/** Merges in a process of its own. Rejects with `signal` if it was killed. @returns the number of its calls of git, too */
export async function mergeInChild(child: MergeChild): Promise<{ calls: number; view: MergeView }> {
  const script = join(import.meta.dirname, "merge-child.ts");
  const { stdout } = await promisify(execFile)(process.execPath, [script, JSON.stringify(child)]);
  return JSON.parse(stdout) as { calls: number; view: MergeView };
}
