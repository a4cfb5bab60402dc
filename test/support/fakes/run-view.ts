import type { RunView } from "../../../src/contract/work/run.ts";

/** A run of session a of project app that was just created. */
export function runView(change: Partial<RunView> = {}): RunView {
  return {
    id: "a:1",
    n: 1,
    session: "a",
    sessionId: "app-a",
    project: "app",
    host: "local",
    agent: "claude",
    action: "implement",
    title: "add a file",
    state: "created",
    createdAt: "2026-03-01T11:59:00.000Z",
    workedMs: 0,
    permissions: "edits",
    cost: 0,
    budget: 25,
    timeoutMs: 4 * 3600_000,
    turns: 0,
    tokens: { input: 0, output: 0 },
    denials: 0,
    artifacts: [],
    ...change,
  };
}
