import { join } from "node:path";
import * as z from "zod/mini";
import { parseJson } from "../../contract/common.ts";
import { heldWork, mergedView } from "../../contract/merging/conflicts.ts";
import { readTextFile, writeFileAtomic } from "../../system/files/files.ts";
import { isOid, type Scratch } from "../scratch/scratch-git.ts";

const oid = z.string().check(z.refine((text) => isOid(text)));
const seen = z.object({
  tip: z.exactOptional(oid),
  head: z.exactOptional(oid),
  during: z.exactOptional(z.string()),
  asOf: z.string(),
  /** the commit that the session started from */
  start: oid,
  /** whether it was merged, and for which tips of the branch that was found */
  merged: z.exactOptional(z.object({ of: z.string(), state: mergedView.shape.state, how: mergedView.shape.how })),
  /** what it held that the project did not, and for which commits that was found */
  work: z.exactOptional(z.extend(z.omit(heldWork, { asOf: true }), { of: z.string() })),
});
const tipsFile = z.object({ schema: z.literal(1), sessions: z.record(z.string(), seen) });

/** A session as it was last seen; the scratch repository has its commits. */
export type Seen = z.infer<typeof seen>;

const maxBytes = 8 * 1024 * 1024;

/** By session, as `keyOf` names it. The file is in the scratch repository, and goes with it. */
export async function readTips(scratch: Scratch): Promise<Map<string, Seen>> {
  const text = await readTextFile(fileOf(scratch), { maxBytes }).catch(() => undefined);
  const read = tipsFile.safeParse(parseJson(text ?? ""));
  return new Map(read.success ? Object.entries(read.data.sessions) : []);
}

export async function writeTips(scratch: Scratch, tips: ReadonlyMap<string, Seen>): Promise<void> {
  await writeFileAtomic(fileOf(scratch), JSON.stringify({ schema: 1, sessions: Object.fromEntries(tips) }), {
    mode: 0o600,
    isCache: true,
  });
}

function fileOf({ gitDir }: Scratch): string {
  return join(gitDir, "cowork-tips.json");
}
