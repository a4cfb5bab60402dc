import { toCoworkError } from "../../errors.ts";
import type { SessionStatus } from "../../session/types.ts";
import { findSessions, type SessionWords } from "../find/find-sessions.ts";
import type { Scope } from "../scope.ts";
import { statusOfSessions } from "../sessions/list.ts";
import { lookAtProject } from "./look.ts";
import { withMarks } from "./with-marks.ts";

/**
 * The status of sessions, with what is known of collisions and merges. Whether the named sessions are merged is found out now; without
 * names, and if that fails, it is what the last comparison found.
 */
export async function statusWithMerged(
  scope: Scope,
  wanted: SessionWords & { brief: boolean },
): Promise<SessionStatus[]> {
  const sessions = await statusOfSessions(scope, wanted);
  if (wanted.words.length > 0) {
    await lookAgain(scope, wanted).catch((error: unknown) => {
      scope.ctx.signal.throwIfAborted();
      scope.ctx.log(`not compared: ${toCoworkError(error).message}`);
    });
  }
  return withMarks(scope.ctx, sessions);
}

async function lookAgain(scope: Scope, wanted: SessionWords): Promise<void> {
  for (const found of await findSessions(scope, wanted, { verb: "status", outside: "all" })) {
    const { names } = found.selector;
    if (names !== undefined) await lookAtProject(found.scope, { pairs: false, names, only: names });
  }
}
