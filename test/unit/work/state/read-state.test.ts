import { execFileSync } from "node:child_process";
import { mkdir, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { checkAgentState } from "../../../../src/work/state/check-state.ts";
import { readAgentState } from "../../../../src/work/state/read-state.ts";
import type { WorkPlace } from "../../../../src/work/types.ts";
import { createFakeEngine, type FakeProgram } from "../../../support/fakes/fake-engine.ts";
import { workFolder } from "../../../support/work-place.ts";

const report = 'PreToolUse\n{"session_id":"s","tool_name":"Bash","tool_input":{"command":"make"}}\n';

async function running(): Promise<Awaited<ReturnType<typeof workFolder>> & { last: string; place: WorkPlace }> {
  const folder = await workFolder();
  const container = {
    id: "c1",
    running: true,
    startedAt: new Date(Date.now() - 60_000).toISOString(),
    user: "",
    workspaceFolder: "",
  };
  return { ...folder, last: join(folder.events, "last"), place: { ...folder.place, container } };
}

test("reads the newest report and the agent's own file", async () => {
  const { ctx, place, last } = await running();
  expect(readAgentState(ctx, place)).toMatchObject({ state: "none" });
  await writeFile(last, report);
  expect(readAgentState(ctx, place)).toMatchObject({ state: "working", detail: "Bash: make" });
  const sessions = join(ctx.paths.agentState(place.id, "claude"), "sessions");
  await mkdir(sessions, { recursive: true });
  const program = {
    procStart: "1",
    sessionId: "s",
    entrypoint: "cli",
    status: "idle",
    statusUpdatedAt: Date.now() + 1000,
  };
  await writeFile(join(sessions, "7.json"), JSON.stringify(program));
  expect(readAgentState(ctx, place)).toMatchObject({ state: "idle", detail: "interrupted" });
});

test("a newest report that is a link, a pipe, a folder, too large or no report is none", async () => {
  const { ctx, place, last } = await running();
  const outside = join(ctx.paths.home, "outside");
  await writeFile(outside, report);
  const plants = [
    async () => await symlink(outside, last),
    async () => void execFileSync("/usr/bin/mkfifo", [last]),
    async () => await mkdir(last),
    async () => await writeFile(last, `PreToolUse\n${"x".repeat(100_000)}`),
  ];
  for (const plant of plants) {
    await plant();
    expect(readAgentState(ctx, place)).toMatchObject({ state: "none" });
    await rm(last, { recursive: true });
  }
  // It is a report, but says nothing.
  await writeFile(last, "\u001b[31mStop\n{}");
  expect(readAgentState(ctx, place)).toMatchObject({ state: "starting" });
});

test("times that cannot be are not believed", async () => {
  const { ctx, place, last } = await running();
  await writeFile(last, report);
  await utimes(last, 4e9, 4e9);
  expect(Date.parse(readAgentState(ctx, place).since)).toBeLessThanOrEqual(Date.now());
  const sessions = join(ctx.paths.agentState(place.id, "claude"), "sessions");
  await mkdir(sessions, { recursive: true });
  for (const statusUpdatedAt of [1e300, -1e300]) {
    const file = { procStart: "1", sessionId: "s", entrypoint: "cli", status: "busy", statusUpdatedAt };
    await writeFile(join(sessions, "7.json"), JSON.stringify(file));
    expect(readAgentState(ctx, place)).toMatchObject({ state: "working" });
  }
});

test("an agent that seems to work must have a process; one that is gone is recorded once and remembered", async () => {
  const { ctx: plain, place, last } = await running();
  let answer = "";
  const program: FakeProgram = async () => ({ code: 0, stdout: answer });
  const engine = createFakeEngine({ program });
  const container = engine.addContainer({});
  const ctx = { ...plain, engine };
  const there: WorkPlace = { ...place, container: { ...place.container!, id: container.id } };
  const sessions = join(ctx.paths.agentState(place.id, "claude"), "sessions");
  await mkdir(sessions, { recursive: true });
  await writeFile(last, report);
  const file = {
    procStart: "75966",
    sessionId: "s",
    entrypoint: "cli",
    status: "busy",
    statusUpdatedAt: Date.now() - 1000,
  };
  await writeFile(join(sessions, "7.json"), JSON.stringify(file));

  answer = "7 75966\n";
  expect(await checkAgentState(ctx, there)).toMatchObject({ state: "working" });
  // The same number, but another process.
  answer = "7 80000\nno process\n";
  expect(await checkAgentState(ctx, there)).toMatchObject({ state: "ended", detail: "killed" });
  expect(readAgentState(ctx, there)).toMatchObject({ state: "ended", detail: "killed" });
  await checkAgentState(ctx, there);
  const journal = execFileSync("cat", [ctx.paths.journal(place.id)], { encoding: "utf8" });
  expect(journal.trim().split("\n")).toHaveLength(1);
  expect(JSON.parse(journal)).toMatchObject({
    type: "agent.ended",
    data: { detail: "killed", processes: ["7 75966"] },
  });
});

test("a container that cannot be asked leaves what the files say", async () => {
  const { ctx: plain, place, last } = await running();
  await writeFile(last, report);
  const engine = createFakeEngine({ program: async () => ({ code: 137 }) });
  const ctx = { ...plain, engine };
  const there: WorkPlace = { ...place, container: { ...place.container!, id: engine.addContainer({}).id } };
  expect(await checkAgentState(ctx, there)).toMatchObject({ state: "working" });
});
