import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { followSessions, type SessionsNow } from "../../../../src/app/watch/follow-sessions.ts";
import { foldersOf } from "../../../../src/app/watch/session-folders.ts";
import { createPace } from "../../../../src/app/watch/pace.ts";
import { CoworkError } from "../../../../src/errors.ts";
import type { SessionHost } from "../../../../src/session/session-host.ts";
import type { SessionView } from "../../../../src/session/types.ts";
import { watchFolders } from "../../../../src/system/files/watch-folders.ts";
import { sessionView } from "../../../support/fakes/fake-host.ts";
import { quickClock } from "../../../support/fakes/quick-clock.ts";
import { workScope } from "../../../support/fakes/work-scope.ts";
import { temporaryFolder } from "../../../support/home/temporary-folder.ts";

type Answer = SessionView[] | Error | "never";

/** A host whose answers follow each other; the last one stays. */
function host(...answers: Answer[]): Partial<SessionHost> & { checks: number } {
  const its = {
    checks: 0,
    work: async () => {
      its.checks += 1;
      return [];
    },
    list: async () => {
      const answer = answers.length > 1 ? answers.shift() : answers[0];
      if (answer instanceof Error) throw answer;
      return answer === "never" ? await new Promise<SessionView[]>(() => undefined) : (answer ?? []);
    },
  };
  return its;
}

const away = new CoworkError("HOST_UNREACHABLE", "box is not in reach.");
const busy = (name: string, state: "working" | "idle", on = "local"): SessionView =>
  sessionView({ name, host: on, agentState: { state, since: "2026-03-01T12:00:00.000Z" } });

/** Follows until `isEnough` says so. @returns all that was emitted, in short */
async function follow(
  hosts: Record<string, Partial<SessionHost>>,
  isEnough: (all: string[]) => boolean,
  sessions = "",
): Promise<{ seen: string[]; passed: number; notes: string[] }> {
  const { scope, clock, notes } = await workScope(sessions, hosts);
  const over = new AbortController();
  const seen: string[] = [];
  const emit = ({ sessions: all, away: gone }: SessionsNow): void => {
    const rows = all.map(
      ({ name, host: on, state, agentState }) => `${name}@${on} ${agentState?.state ?? state} ${state}`,
    );
    seen.push([...rows, ...gone.map(({ host: on, message }) => `${on}: ${message}`)].join(", "));
    if (isEnough(seen)) over.abort();
  };
  await followSessions(scope, emit, { signal: over.signal });
  return { seen, passed: clock.passed(), notes };
}

test("emits the first look, then only what has changed, once a second", async () => {
  const same = [busy("a", "working")];
  const local = host(same, same, same, [busy("a", "idle")]);
  const { seen, passed } = await follow({ local }, (all) => all.length === 2);
  expect(seen).toEqual(["a@local working running", "a@local idle running"]);
  // The first look at the agents' processes is followed by another one at their files.
  expect(passed).toBe(2_100);
});

test("looks at the processes of agents, too, every twenty seconds", async () => {
  const many = Array.from({ length: 30 }, () => [busy("a", "working")]);
  const local = host(...many, [busy("a", "idle")]);
  await follow({ local }, (all) => all.length === 2);
  expect(local.checks).toBe(2);
});

test("looks at the processes of many agents less often: one a second", async () => {
  const agents = (state: "working" | "idle"): SessionView[] =>
    Array.from({ length: 60 }, (_, n) => busy(`a${n}`, state));
  const looks = (count: number) => host(...Array.from({ length: count }, () => agents("working")), agents("idle"));
  const [early, late] = [looks(45), looks(75)];
  for (const local of [early, late]) await follow({ local }, (all) => all.length === 2);
  expect([early.checks, late.checks]).toEqual([1, 2]);
});

test("what sessions ask the host is answered when it is there, and of other hosts at each look", async () => {
  const looks = { local: 0, box: 0 };
  const calls: string[] = [];
  const over = new AbortController();
  const hostNamed = (name: "local" | "box"): Partial<SessionHost> => ({
    list: async () => {
      looks[name] += 1;
      if (name === "local" && looks.local === 3) await writeFile(join(mail, "request"), "{}");
      return [{ ...busy("a", "working", name), id: "app-a" }];
    },
    work: async (_, { check }) => {
      if (!check) calls.push(`${name} at look ${looks[name]}`);
      if (calls.some((call) => call.startsWith("local"))) over.abort();
      return [];
    },
  });
  const { scope } = await workScope("", { local: hostNamed("local"), box: hostNamed("box") });
  const mail = join(scope.ctx.paths.events("app-a"), "mail");
  await mkdir(mail, { recursive: true });
  await followSessions(scope, () => undefined, { signal: over.signal });
  expect(calls).toContain("local at look 3");
  expect(calls).toContain("box at look 1");
});

test("the mailbox of a running session is watched, unless something else is in its place", async () => {
  const { scope } = await workScope("", {});
  const { paths } = scope.ctx;
  const views = ["app-a", "app-b"].map((id) => ({ ...busy(id, "working"), id }));
  await mkdir(join(paths.events("app-a"), "mail"), { recursive: true });
  await mkdir(paths.events("app-b"), { recursive: true });
  await symlink("/etc", join(paths.events("app-b"), "mail"));
  const folders = foldersOf(paths, views);
  expect(folders).toContain(join(paths.events("app-a"), "mail"));
  expect(folders).not.toContain(join(paths.events("app-b"), "mail"));
});

test("a host that does not answer keeps no other waiting, and says so on the screen only", async () => {
  const local = host([busy("a", "working")]);
  const { seen, notes } = await follow({ local, box: host("never") }, (all) => all.length === 2);
  expect(seen).toEqual(["a@local working running", "a@local working running, box: box does not answer yet."]);
  expect(notes).toEqual([]);
});

test("sessions of a host that goes away stay, as unreachable, until it is back", async () => {
  const local = host([]);
  const box = host([busy("r", "working", "box")], away, away, [busy("r", "idle", "box")]);
  const { seen } = await follow({ local, box }, (all) => all.at(-1)?.includes("idle") === true);
  expect(seen).toContain("r@box working running");
  expect(seen.at(-2)).toBe("r@box working unreachable, box: box is not in reach.");
  expect(seen.at(-1)).toBe("r@box idle running");
});

test("an error of another host that asking again does not change ends only that host", async () => {
  const box = host(new CoworkError("HOST_UNKNOWN", "Unknown host box."), [busy("never", "idle", "box")]);
  const local = host([busy("a", "working")], [busy("a", "working")], [busy("a", "working")], [busy("a", "idle")]);
  const { seen } = await follow({ local, box }, (all) => all.at(-1)?.includes("idle") === true);
  expect(seen.at(-1)).toBe("a@local idle running, box: Unknown host box.");
});

test("this machine's first error is thrown; later it is waited for", async () => {
  const engine = new CoworkError("ENGINE_UNREACHABLE", "The engine does not answer.");
  await expect(follow({ local: host(engine) }, () => false)).rejects.toMatchObject({ code: "ENGINE_UNREACHABLE" });
  const local = host([busy("a", "working")], engine, [busy("a", "idle")]);
  const { seen } = await follow({ local }, (all) => all.at(-1)?.includes("idle") === true);
  expect(seen).toHaveLength(3);
  expect(seen[1]).toBe("a@local working unreachable, local: The engine does not answer.");
});

test("a pause ends at its time, earlier after a hint, and at once when asked to", async () => {
  const clock = quickClock();
  const over = new AbortController();
  const pace = createPace(clock, over.signal);
  const limits = { restMs: 200, pollMs: 1_000 };
  await pace.pause(limits);
  expect(clock.passed()).toBe(1_000);
  pace.hint();
  await pace.pause(limits);
  expect(clock.passed()).toBe(1_200);
  pace.now();
  await pace.pause(limits);
  expect(clock.passed()).toBe(1_200);
  const pausing = pace.pause(limits);
  pace.now();
  await pausing;
  expect(clock.passed()).toBe(1_200);
  over.abort(new Error("over"));
  await expect(pace.pause(limits)).rejects.toThrow("over");
});

test("folders are watched until they are taken out; one that never rests is given up", async () => {
  const folder = await temporaryFolder();
  await mkdir(join(folder, "a"));
  let changes = 0;
  const watch = watchFolders(() => void (changes += 1));
  watch.set([join(folder, "a"), join(folder, "missing")]);
  await writeFile(join(folder, "a", "file"), "1");
  await expect.poll(() => changes).toBeGreaterThan(0);
  for (let n = 0; n < 600; n += 1) await writeFile(join(folder, "a", `file${n}`), "1");
  await expect.poll(() => changes).toBeGreaterThan(500);
  const before = changes;
  watch.set([join(folder, "a")]);
  await writeFile(join(folder, "a", "more"), "1");
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(changes).toBe(before);
  watch.close();
});
