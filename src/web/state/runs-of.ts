import type { RunView } from "../../contract/work/run.ts";
import { runs } from "./runs.ts";
import type { Session } from "./sessions.ts";

/** The runs of a session, the newest first; the newest as the list of sessions has it, which is read more often. */
export function useRunsOf({ id, host, run }: Session): RunView[] {
  const own = (runs.value ?? []).filter((one) => one.sessionId === id && one.host === host);
  return run === undefined ? own : [run, ...own.filter(({ n }) => n !== run.n)].toSorted((a, b) => b.n - a.n);
}
