import type { ConflictsOutput } from "../../contract/merging/conflicts.ts";
import { CoworkError } from "../../errors.ts";
import { ownCommand } from "../../hint.ts";
import { plain } from "../../system/text.ts";
import type { Scope } from "../scope.ts";
import { conflictDiffs, conflictsOf, compareProject, projectsOf, type ConflictDiff } from "./conflicts.ts";

export interface AsOfWanted {
  /** as `cowork conflicts` takes them; none: all of this project */
  words?: readonly string[];
  /** look at the sessions first; otherwise none is asked, and each is as it was last seen */
  look: boolean;
  /** only this pair, with both sides of what collides in it */
  between?: { a: string; b: string };
}

/**
 * Compares sessions for those who ask often, such as a page: mostly it reads what the last look left, so that it costs their containers
 * nothing. A session that was never looked at is not judged.
 * @throws as `findConflicts`; SESSION_NOT_FOUND if there is no such pair
 */
export async function conflictsAsOf(
  scope: Scope,
  { words = [], look, between }: AsOfWanted,
): Promise<ConflictsOutput & { diffs?: ConflictDiff[] }> {
  const found = await projectsOf(scope, { words });
  const looks = await Promise.all(found.map(async (one) => await compareProject(one, look ? {} : { only: [] })));
  const { sessions, pairs } = conflictsOf(looks, { words });
  if (between === undefined) return { sessions, pairs };
  const { a, b } = between;
  const pair = pairs.find((one) => (one.a === a && one.b === b) || (one.a === b && one.b === a));
  if (pair === undefined) {
    const message = `There is no pair of ${plain(a)} and ${plain(b)}.`;
    throw new CoworkError("SESSION_NOT_FOUND", message, { hint: [ownCommand("conflicts")] });
  }
  return { sessions, pairs: [pair], diffs: await conflictDiffs(scope, { words }, { sessions, pairs: [pair] }) };
}
