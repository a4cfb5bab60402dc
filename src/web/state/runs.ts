import { signal } from "@preact/signals";
import type { RunView } from "../../contract/work/run.ts";
import { call } from "../api/call.ts";
import { keepSame, refresher } from "./refresh.ts";

/** Runs of every session, the newest first. Undefined until the first answer. */
export const runs = signal<RunView[] | undefined>(undefined);

export const loadRuns = refresher(async () => {
  const answer = await call("GET /runs", {});
  runs.value = keepSame(runs.peek() ?? [], answer.runs, ({ sessionId, host, n }) => `${sessionId}@${host}:${n}`);
}, 2_000);
