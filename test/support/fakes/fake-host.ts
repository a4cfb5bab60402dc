import type { SessionHost } from "../../../src/session/session-host.ts";
import type { SessionStatus, SessionView } from "../../../src/session/types.ts";

/** A session host that records its calls and returns the given answers. A call without an answer throws. */
export function fakeHost(
  answers: Partial<SessionHost>,
  onCall: (name: string, ...args: unknown[]) => void = () => undefined,
): { host: SessionHost; calls: [name: string, ...args: unknown[]][] } {
  const calls: [string, ...unknown[]][] = [];
  const host = new Proxy({} as SessionHost, {
    get(target, name: string) {
      if (Object.hasOwn(target, name)) return target[name as keyof SessionHost];
      // `await` reads the property `then`; without this the proxy would look like a promise.
      if (name === "then") return undefined;
      return async (...args: unknown[]): Promise<unknown> => {
        calls.push([name, ...args]);
        onCall(name, ...args);
        const answer = answers[name as keyof SessionHost] as ((...args: unknown[]) => Promise<unknown>) | undefined;
        if (answer === undefined) throw new Error(`the fake host has no answer for ${name}`);
        return await answer(...args);
      };
    },
  });
  return { host, calls };
}

export const someTime = new Date("2026-03-01T12:00:00.000Z");

export function sessionView(change: Partial<SessionView> = {}): SessionView {
  const name = change.name ?? "a";
  return {
    id: `app-${name}`,
    name,
    project: "app",
    projectRoot: "/home/person/app",
    host: "local",
    state: "running",
    branch: name,
    path: `/home/person/.cowork/sessions/app-${name}`,
    agent: "claude",
    createdAt: "2026-02-27T12:00:00.000Z",
    container: {
      id: "0123456789abcdef".repeat(4),
      image: "cowork-app:5f2c",
      user: "dev",
      workspaceFolder: `/workspaces/app-${name}`,
      startedAt: "2026-03-01T11:57:00.000Z",
    },
    ...change,
  };
}

export function sessionStatus(change: Partial<SessionStatus> = {}): SessionStatus {
  return {
    ...sessionView(change),
    git: {
      head: "1a2b3c4d5e6f708192a3b4c5d6e7f80912345678",
      branch: "a",
      ahead: 2,
      behind: 0,
      uncommitted: 1,
      untracked: 3,
      stashes: 1,
      unpushedBranches: 0,
    },
    unsaved: true,
    unsavedWork: ["2 commits on a", "1 changed file: src/main.ts"],
    disk: { clone: 12_400_000, state: 51_200 },
    resources: { cpuPercent: 3.4, memoryBytes: 210_000_000 },
    ports: [{ container: 3000, host: 49_153, address: "127.0.0.1" }],
    volumes: ["app-a_data"],
    login: "ok",
    carried: [".env"],
    changes: ["port 3000:3000 became 127.0.0.1 with a port that the engine picks"],
    ...change,
  };
}
