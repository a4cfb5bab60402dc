import type { FeedEvent } from "../../../src/contract/http/events.ts";
import type { SessionStatus } from "../../../src/contract/session.ts";
import { at } from "./world.ts";

/** A running session whose agent is idle. */
export function sessionStatus(change: Partial<SessionStatus> = {}): SessionStatus {
  const name = change.name ?? "a";
  const project = change.project ?? "app";
  return {
    id: `${project}-${name}`,
    name,
    project,
    projectRoot: `/home/ada/${project}`,
    host: "local",
    state: "running",
    branch: name,
    path: `/home/ada/.cowork/sessions/${project}-${name}`,
    agent: "claude",
    createdAt: at(300),
    container: {
      id: "c0ffee123456789",
      image: "app:1",
      user: "dev",
      workspaceFolder: `/workspaces/${project}`,
      startedAt: at(200),
    },
    agentState: { state: "idle", since: at(12) },
    approvals: 0,
    git: {
      head: "abc",
      branch: name,
      ahead: 0,
      behind: 0,
      uncommitted: 0,
      untracked: 0,
      stashes: 0,
      unpushedBranches: 0,
    },
    unsaved: false,
    unsavedWork: [],
    disk: { clone: 12_000_000, state: 340_000 },
    resources: { cpuPercent: 3.2, memoryBytes: 420_000_000 },
    ports: [{ container: 3000, host: 49_153, address: "127.0.0.1" }],
    volumes: [],
    login: "ok",
    carried: [],
    changes: [],
    ...change,
  };
}

const types = [
  "agent.working",
  "agent.tool",
  "agent.tool",
  "agent.waiting",
  "approval.asked",
  "approval.answered",
  "agent.idle",
  "run.ended",
];

/** As many events of a few sessions, ascending, the last one now. */
export function manyEvents(count: number): FeedEvent[] {
  return Array.from({ length: count }, (_, index) => {
    const session = `s${index % 7}`;
    return {
      seq: index + 1,
      id: `local:${session}:${index + 1}`,
      n: index + 1,
      at: new Date(Date.now() - (count - index) * 1000).toISOString(),
      source: "agent" as const,
      type: types[index % types.length] ?? "agent.idle",
      data: { detail: `step ${index + 1} of the work` },
      host: "local",
      project: "app",
      session,
      sessionId: `app-${session}`,
    };
  });
}
