import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readRules } from "../../../../src/agent/rules.ts";
import type { Answer, Question } from "../../../../src/contract/questions.ts";
import { askForAgentSettings } from "../../../../src/session/lifecycle/repository-agent.ts";
import { createSessions } from "../../../../src/session/lifecycle/create.ts";
import type { Outcome } from "../../../../src/session/types.ts";
import { sessionHost, type SessionHost } from "../../../support/fakes/session-host.ts";

let host: SessionHost;

beforeEach(async () => {
  host = await sessionHost();
});
afterEach(() => host.end());

const asking = {
  permissions: { allow: ["Bash(make *)"], deny: ["Read(.env)"], defaultMode: "acceptEdits" },
  hooks: { PreToolUse: [{ hooks: [{ type: "command", command: "./approve.sh" }] }] },
};

async function commitSettings(settings: object): Promise<void> {
  const { root } = host.project.facts;
  await mkdir(join(root, ".claude"), { recursive: true });
  await writeFile(join(root, ".claude", "settings.json"), JSON.stringify(settings));
  await host.shop.git(root, "add", ".claude");
  await host.shop.git(root, "commit", "-q", "-m", "settings for the agent");
}

async function init(answer: Answer): Promise<{ outcomes: Outcome[]; asked: Question[] }> {
  const asked: Question[] = [];
  const ask = async (question: Question): Promise<Answer> => {
    asked.push(question);
    return answer;
  };
  return { outcomes: await createSessions({ ...host.ctx, ask }, await host.request(["a", "b"])), asked };
}

async function policy(): Promise<Record<string, unknown>> {
  return JSON.parse(await readFile(join(host.ctx.paths.policy("app-a"), "managed-settings.json"), "utf8")) as never;
}

test("a yes copies the repository's rules into the session's policy, and is asked once for all sessions", async () => {
  await commitSettings(asking);
  const { outcomes, asked } = await init(true);
  expect(outcomes).toMatchObject([{ ok: true }, { ok: true }]);
  expect(asked).toMatchObject([{ kind: "trust", about: "agent" }]);
  expect(JSON.stringify(asked)).toContain("./approve.sh");
  const rules = { repository: "agreed", allow: ["Bash(make *)"], deny: ["Read(.env)"], defaultMode: "acceptEdits" };
  expect(await readRules(host.ctx, "app-a")).toMatchObject(rules);
  expect(await readRules(host.ctx, "app-b")).toMatchObject(rules);
  expect(await policy()).toMatchObject({ permissions: { allow: ["Bash(make *)"], defaultMode: "acceptEdits" } });
});

test.each([false, null])(
  "without a yes (%s) the session works, and only what forbids something counts",
  async (answer) => {
    await commitSettings(asking);
    const { outcomes } = await init(answer);
    expect(outcomes).toMatchObject([{ ok: true }, { ok: true }]);
    expect(outcomes[0]?.notes.join()).toContain("do not count");
    expect(await readRules(host.ctx, "app-a")).toMatchObject({
      repository: "refused",
      allow: [],
      deny: ["Read(.env)"],
    });
    expect(await policy()).toMatchObject({ allowManagedHooksOnly: true, allowManagedPermissionRulesOnly: true });
  },
);

test("settings below other folders are asked about, also those behind a link, and their rules are not copied", async () => {
  const { root } = host.project.facts;
  await mkdir(join(root, "packages/web/.claude"), { recursive: true });
  await writeFile(
    join(root, "packages/web/.claude/settings.json"),
    JSON.stringify({ ...asking, env: { PATH: "bin" } }),
  );
  await mkdir(join(root, "packages/api"));
  await symlink("../../elsewhere", join(root, "packages/api/.claude"));
  await host.shop.git(root, "add", "packages");
  await host.shop.git(root, "commit", "-q", "-m", "nested");
  const { asked } = await init(true);
  const [question] = asked;
  expect(question).toMatchObject({ kind: "trust", about: "agent" });
  const findings = question?.kind === "trust" ? question.findings : [];
  expect(findings.map(({ where }) => where)).toEqual([
    "packages/api/.claude",
    "packages/web/.claude/settings.json: hooks.PreToolUse",
    "packages/web/.claude/settings.json: env",
  ]);
  expect(await readRules(host.ctx, "app-a")).toMatchObject({ repository: "agreed", allow: [], deny: [] });
});

test("a repository that asks for nothing is not asked about, and its later hooks do not run", async () => {
  await commitSettings({ model: "opus" });
  const { asked } = await init(true);
  expect(asked).toEqual([]);
  expect(await readRules(host.ctx, "app-a")).toMatchObject({ repository: "none" });
  expect(await policy()).toMatchObject({ allowManagedHooksOnly: true });
});

test("files of a folder that an agent reads are asked about, and a link in the place of the folder", async () => {
  const hook = '{"hooks":{"sessionStart":[{"bash":"./start"}]}}';
  const facts = host.project.facts;
  const findingsOf = async (folder: "folder" | "link"): Promise<string> => {
    const asked: Question[] = [];
    const ask = async (question: Question): Promise<Answer> => (asked.push(question), false);
    const source = {
      describe: "made up",
      stat: async (path: string) => (path === ".github/hooks" ? folder : undefined),
      list: async () => ["one.json", "README.md"],
      read: async (path: string) => (path === ".github/hooks/one.json" ? new TextEncoder().encode(hook) : undefined),
    };
    expect(await askForAgentSettings({ ...host.ctx, ask }, facts, "copilot", source as never)).toMatchObject({
      repository: "refused",
    });
    return JSON.stringify(asked);
  };
  expect(await findingsOf("folder")).toContain("./start");
  expect(await findingsOf("link")).toContain("not valid JSON");
});
