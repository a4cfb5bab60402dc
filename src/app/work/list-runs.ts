import type { RunView } from "../../contract/work/run.ts";
import { noRun } from "../../work/runs/no-run.ts";
import { findSessions, rootHere } from "../find/find-sessions.ts";
import { askHosts } from "../sessions/ask-hosts.ts";
import type { Scope } from "../scope.ts";

/** `api:3`: run 3 of session api. */
export function readRunWord(word: string): { session: string; n?: number } {
  const [, session, n] = /^(.+):([1-9]\d{0,8})$/.exec(word) ?? [];
  return session === undefined ? { session: word } : { session, n: Number(n) };
}

/**
 * Runs, the newest first: of one session, or one run, or of all sessions of this project; with `all`, or outside of a project, of
 * every project.
 * @throws RUN_NOT_FOUND, SESSION_NOT_FOUND
 */
export async function listRuns(scope: Scope, word: string | undefined, { all }: { all: boolean }): Promise<RunView[]> {
  const { session, n } = word === undefined ? { session: undefined, n: undefined } : readRunWord(word);
  const every = all || (session === undefined && (await rootHere(scope)) === undefined);
  const words = session === undefined ? [] : [session];
  const found = await findSessions(scope, { words, all: every }, { verb: "runs" });
  const answers = await Promise.all(
    found.map(({ scope: its, selector }) =>
      askHosts(its, selector, (host, group) => host.runs(group.selector, n === undefined ? {} : { n })),
    ),
  );
  const runs = answers.flat().flatMap(({ views }) => views);
  if (session !== undefined && n !== undefined && runs.length === 0) throw noRun(session, n);
  return runs.toSorted((a, b) => (a.createdAt < b.createdAt ? 1 : a.createdAt > b.createdAt ? -1 : b.n - a.n));
}
