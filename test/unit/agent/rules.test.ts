import { existsSync, statSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { agentParts, isPolicyInPlace, sharedPolicyMount } from "../../../src/agent/parts.ts";
import { prepareAgent } from "../../../src/agent/prepare.ts";
import { addRules, changeRules, readRules } from "../../../src/agent/rules.ts";
import { createFakeEngine } from "../../support/fakes/fake-engine.ts";
import { agentHost, type AgentHost } from "../../support/home/agent-context.ts";

interface Policy {
  allowManagedPermissionRulesOnly: boolean;
  allowManagedHooksOnly?: boolean;
  permissions: { allow: string[]; deny: string[]; ask: string[]; defaultMode?: string };
  hooks: Record<string, unknown>;
  env: Record<string, string>;
}

let host: AgentHost;
let count = 0;
let id = "";
beforeAll(async () => {
  host = await agentHost({ engine: createFakeEngine() });
  // The program itself is not needed.
  const { ctx, agent } = host;
  for (const variant of ["linux-x64", "linux-arm64"])
    ctx.known?.failures.set(`agent ${agent.id} ${agent.install.pinned} ${variant}`, "not in this test");
});
beforeEach(() => void (id = `app-${(count += 1)}`));
afterAll(async () => await host.end());

const file = (): string => join(host.ctx.paths.policy(id), "managed-settings.json");
const policy = async (): Promise<Policy> => JSON.parse(await readFile(file(), "utf8")) as Policy;
const prepare = async (settings = host.settings): Promise<void> =>
  void (await prepareAgent(host.ctx, host.agent, { id, name: id, settings }));

test("a session's policy: only its own rules and hooks count, and the login is guarded", async () => {
  const { mounts } = await agentParts(host.ctx, host.agent, { id });
  expect(mounts.at(-1)).toEqual({ source: host.ctx.paths.policy(id), target: "/etc/claude-code", readOnly: true });
  const found = await policy();
  expect(found).toMatchObject({
    useAutoModeDuringPlan: false,
    allowManagedPermissionRulesOnly: true,
    allowManagedHooksOnly: true,
    apiKeyHelper: "",
  });
  expect(found.permissions).toEqual({ allow: [], deny: [], ask: [], defaultMode: "default" });
  expect(found.env).toMatchObject({ ANTHROPIC_API_KEY: "" });
  expect(Object.keys(found.hooks)).toContain("PermissionRequest");
  // The container reads it as any user.
  expect(statSync(file()).mode & 0o777).toBe(0o644);
  expect(statSync(host.ctx.paths.policy(id)).mode & 0o777).toBe(0o755);
});

test("a rule that a person adds is in the policy, once, and stays", async () => {
  const { ctx, agent } = host;
  await agentParts(ctx, agent, { id });
  await addRules(ctx, agent, id, { allow: ["Bash(make *)"] });
  await addRules(ctx, agent, id, { allow: ["Bash(make *)", "WebSearch"] });
  expect((await policy()).permissions.allow).toEqual(["Bash(make *)", "WebSearch"]);
  await prepare();
  expect((await policy()).permissions.allow).toEqual(["Bash(make *)", "WebSearch"]);
  expect(await readRules(ctx, id)).toMatchObject({ allow: ["Bash(make *)", "WebSearch"], repository: "none" });
  expect(statSync(ctx.paths.rules(id)).mode & 0o777).toBe(0o600);
});

test("rules that are added at the same time are all there", async () => {
  const { ctx, agent } = host;
  const names = ["A", "B", "C", "D", "E"];
  await Promise.all([
    ...names.map((name) => addRules(ctx, agent, id, { allow: [name] })),
    agentParts(ctx, agent, { id }),
  ]);
  expect((await policy()).permissions.allow.toSorted()).toEqual(names);
});

test("the file of a policy is replaced, never removed: an agent that runs would have none", async () => {
  const { ctx, agent } = host;
  await agentParts(ctx, agent, { id });
  let isGone = false;
  const watch = setInterval(() => (isGone ||= !existsSync(file())), 0);
  for (const rule of ["A", "B", "C"]) await addRules(ctx, agent, id, { allow: [rule] });
  clearInterval(watch);
  expect(isGone).toBe(false);
  const { ino } = statSync(file());
  await agentParts(ctx, agent, { id });
  expect(statSync(file()).ino).toBe(ino);
});

test("the repository's own hooks run only after agreement", async () => {
  const { ctx, agent } = host;
  for (const [repository, own] of [
    ["none", true],
    ["refused", true],
    ["agreed", undefined],
  ] as const) {
    await changeRules(ctx, agent, id, (rules) => ({ ...rules, repository }));
    const found = await policy();
    expect(found.allowManagedHooksOnly).toBe(own);
    expect(found.allowManagedPermissionRulesOnly).toBe(true);
  }
});

test("the user's own rules of this host count too, as long as the user has them and wants them in sessions", async () => {
  const own = join(host.ctx.user.home, ".claude");
  await mkdir(own, { recursive: true });
  const rules = { allow: ["Bash(ls)", 4], deny: ["Read(.env)"], defaultMode: "plan", additionalDirectories: ["/x"] };
  await writeFile(join(own, "settings.json"), JSON.stringify({ permissions: rules }));
  await addRules(host.ctx, host.agent, id, { allow: ["WebSearch"] });
  await prepare();
  expect((await policy()).permissions).toEqual({
    allow: ["Bash(ls)", "WebSearch"],
    deny: ["Read(.env)"],
    ask: [],
    defaultMode: "plan",
  });
  await prepare({ ...host.settings, agentSettings: false });
  expect((await policy()).permissions).toEqual({ allow: ["WebSearch"], deny: [], ask: [], defaultMode: "default" });
  await prepare();
  await writeFile(join(own, "settings.json"), "{}");
  await prepare();
  expect((await policy()).permissions).toEqual({ allow: ["WebSearch"], deny: [], ask: [], defaultMode: "default" });
});

test("AGENT_TASKS brings back the agent's list of tasks", async () => {
  await prepare({ ...host.settings, agentTasks: true });
  expect((await policy()).env["CLAUDE_CODE_ENABLE_TODO_TOOLS"]).toBe("1");
  await prepare();
  expect((await policy()).env["CLAUDE_CODE_ENABLE_TODO_TOOLS"]).toBeUndefined();
});

test("damaged rules are an error that names the file, not no rules", async () => {
  const { ctx } = host;
  await mkdir(ctx.paths.state(id), { recursive: true });
  for (const text of ["{", '{"allow":[1],"deny":[],"ask":[],"repository":"none"}']) {
    await writeFile(ctx.paths.rules(id), text);
    await expect(readRules(ctx, id)).rejects.toMatchObject({
      code: "RECORD_CORRUPT",
      message: expect.stringContaining("rules.json"),
    });
  }
});

test("containers that an older cowork made keep the shared policy; both kinds are checked", async () => {
  const { ctx, agent } = host;
  await agentParts(ctx, agent, { id });
  const [shared] = await sharedPolicyMount(ctx, agent);
  const source = shared?.source ?? "";
  const old = JSON.parse(await readFile(join(source, "managed-settings.json"), "utf8")) as Partial<Policy>;
  expect(old.hooks).toBeUndefined();
  expect(await isPolicyInPlace(ctx, agent, source, id)).toBe(true);
  expect(await isPolicyInPlace(ctx, agent, ctx.paths.policy(id), id)).toBe(true);
  expect(await isPolicyInPlace(ctx, agent, ctx.paths.policy("app-other"), id)).toBe(false);
  await writeFile(file(), "{}");
  expect(await isPolicyInPlace(ctx, agent, ctx.paths.policy(id), id)).toBe(false);
  await writeFile(join(source, "managed-settings.json"), "{}");
  expect(await isPolicyInPlace(ctx, agent, source, id)).toBe(false);
});
