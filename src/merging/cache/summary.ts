import { join } from "node:path";
import { parseJson } from "../../contract/common.ts";
import { conflictSummary, type ConflictSummary } from "../../contract/merging/conflicts.ts";
import type { Context } from "../../system/context.ts";
import { writeFileAtomic } from "../../system/files/files.ts";
import { readSmallFile } from "../../system/files/small-file.ts";
import { scratchName } from "../scratch/scratch-name.ts";

const maxBytes = 4 * 1024 * 1024;

/** The result of the last look at a project's sessions: one small file. Undefined: there was none. */
export function readSummary(
  ctx: Pick<Context, "paths">,
  project: { name: string; root: string },
): ConflictSummary | undefined {
  try {
    const content = readSmallFile(fileOf(ctx, project), { maxBytes, root: ctx.paths.home });
    const read = conflictSummary.safeParse(parseJson(content?.toString("utf8") ?? ""));
    return read.success ? read.data : undefined;
  } catch {
    // It is a cache: `list` goes on without it.
    return undefined;
  }
}

export async function writeSummary(
  ctx: Pick<Context, "paths">,
  project: { name: string; root: string },
  content: ConflictSummary,
): Promise<void> {
  const text = JSON.stringify(content);
  if (text.length <= maxBytes) await writeFileAtomic(fileOf(ctx, project), text, { mode: 0o600, isCache: true });
}

function fileOf(ctx: Pick<Context, "paths">, project: { name: string; root: string }): string {
  return join(ctx.paths.conflicts, `${scratchName(project)}.json`);
}
