import type { RunView } from "../../contract/work/run.ts";
import { usageError } from "../../errors.ts";
import { plain } from "../../system/text.ts";
import { findSession } from "../find/find-sessions.ts";
import { hostOfOne } from "../hosts.ts";
import type { Scope } from "../scope.ts";
import { readRunWord } from "./list-runs.ts";

/**
 * Ends an active run and waits for its end. Its session goes on, and the run's conversation can be continued. A run that has ended
 * stays as it is.
 * @param word `api:3`
 * @throws USAGE, RUN_NOT_FOUND, as `findSession`
 */
export async function stopRun(scope: Scope, word: string): Promise<RunView> {
  const { session, n } = readRunWord(word);
  if (n === undefined) throw usageError(`${plain(word)} is not a run: name one such as api:3.`, "cowork runs");
  const { scope: its, selector } = await findSession(scope, session, "runs");
  return await (await hostOfOne(its, selector)).runStop(selector, { n, by: scope.ctx.user.name });
}
