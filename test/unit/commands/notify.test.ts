import { expect, test } from "vitest";
import type { MuteRequest } from "../../../src/contract/notify/notify.ts";
import type { SessionWork } from "../../../src/contract/work/calls.ts";
import type { SessionHost } from "../../../src/session/session-host.ts";
import { runCommandLine as run } from "../../support/home/run-command-line.ts";

const conf = "SESSIONS=a\n";
const agentState = { state: "idle", since: "2026-03-01T12:00:00.000Z" } as const;
const work: SessionWork = {
  sessionId: "app-a",
  name: "a",
  project: "app",
  agentState,
  approvals: 0,
  muted: { muted: true },
};

const answers: Partial<SessionHost> = {
  work: async () => [work],
  mute: async (_, { muted, until }: MuteRequest) => ({ muted, ...(until === undefined ? {} : { until }) }),
};

test("shows that messages are off, and which sessions are muted", async () => {
  const { code, stdout } = await run("notify", { conf, answers });
  expect([code, stdout]).toEqual([0, "Messages: off\nMuted: app/a\n  Next: cowork setup\n"]);
  const json = await run("notify --json", { conf, answers });
  expect(JSON.parse(json.stdout)).toMatchObject({ notify: { channels: [], muted: [{ session: "a", host: "local" }] } });
});

test("mutes a session for a time or until it is unmuted", async () => {
  const forNow = await run("notify mute a --for 2h --json", { conf, answers });
  const { until, ...rest } = JSON.parse(forNow.stdout) as { until: string };
  expect(rest).toEqual({ session: "a", project: "app", muted: true });
  expect(Date.parse(until) - Date.now()).toBeGreaterThan(7_100_000);
  expect((await run("notify mute a", { conf, answers })).stderr).toContain("Next: cowork notify unmute a");
  expect((await run("notify unmute a", { conf, answers })).stderr).toContain("Messages about a are sent again.");
});

test.each([
  "notify hello",
  "notify status a",
  "notify unmute a --for 2h",
  "notify mute a --for soon",
  "notify mute a --for 0",
])("%s is refused", async (line) => {
  expect((await run(line, { conf, answers })).code).toBe(2);
});
