import { chmod, chown, mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { judge, readLogin } from "../../../src/agent/claude/credentials.ts";
import { agentHost, type AgentHost } from "../../support/home/agent-context.ts";
import { createFakeEngine } from "../../support/fakes/fake-engine.ts";

const now = new Date("2026-06-01T00:00:00Z");
const good = {
  accessToken: "sk-ant-oat01-secret",
  refreshToken: "sk-ant-ort01-secret",
  expiresAt: now.getTime() - 1,
  refreshTokenExpiresAt: now.getTime() + 1e9,
  subscriptionType: "max",
};

test("an expired access token is renewed: the login is fine", () => {
  expect(judge(good, { emailAddress: "a@example.com" }, now)).toMatchObject({
    state: "ok",
    method: "claude.ai",
    plan: "max",
    account: "a@example.com",
    longLived: false,
  });
});

test("a login that was blanked, or has expired, is broken", () => {
  expect(judge({ ...good, accessToken: "", refreshToken: "", expiresAt: 0 }, undefined, now).state).toBe("broken");
  expect(judge({ ...good, refreshTokenExpiresAt: now.getTime() - 1 }, undefined, now).state).toBe("broken");
});

test("a long-lived token is valid until it expires", () => {
  const longLived = { accessToken: "x", refreshToken: null, expiresAt: now.getTime() + 1000 };
  expect(judge(longLived, undefined, now)).toMatchObject({ state: "ok", longLived: true });
  expect(judge({ ...longLived, expiresAt: now.getTime() }, undefined, now).state).toBe("broken");
});

test("the result contains no secrets and no control characters", () => {
  const view = judge({ ...good, subscriptionType: "m\u001b[31max\n" }, undefined, now);
  expect(JSON.stringify(view)).not.toMatch(/secret/);
  expect(view.plan).toBe("max");
});

let host: AgentHost;
let file: string;

beforeEach(async () => {
  host = await agentHost({ engine: createFakeEngine() });
  onTestFinished(() => host.end());
  file = join(host.ctx.paths.vault("claude"), ".credentials.json");
  await mkdir(dirname(file), { recursive: true });
});

async function write(content: unknown): Promise<void> {
  await writeFile(file, typeof content === "string" ? content : JSON.stringify(content), { mode: 0o600 });
  const { isRoot, sessionUid, sessionGid } = host.ctx.user;
  if (isRoot) await chown(file, sessionUid, sessionGid);
}

const state = async (): Promise<string> => (await readLogin(host.ctx)).state;

test("without a vault or a credentials file there is a state, none", async () => {
  expect(await state()).toBe("none");
  await rm(dirname(file), { recursive: true });
  expect(await state()).toBe("none");
});

test.each(["", "{", "null", "[]", '{"claudeAiOauth":null}', "x"])("%j is not a valid login", async (content) => {
  await write(content);
  expect(await state()).toBe("broken");
});

test("a file that is too large, a folder or a pipe in its place makes the login broken, and is not read", async () => {
  await write("x".repeat(300 * 1024));
  expect(await state()).toBe("broken");
  await rm(file);
  await mkdir(file);
  expect(await state()).toBe("broken");
});

test("a link in its place is not followed", async () => {
  const elsewhere = join(host.folder, "elsewhere.json");
  await writeFile(elsewhere, JSON.stringify({ claudeAiOauth: { ...good, subscriptionType: "leaked" } }));
  await symlink(elsewhere, file);
  const login = await readLogin(host.ctx);
  expect(login.state).toBe("broken");
  expect(JSON.stringify(login)).not.toMatch(/leaked/);
});

test("a file that its owner cannot read makes the login broken", async () => {
  await write({ claudeAiOauth: good });
  await chmod(file, 0o000);
  expect(await state()).toBe("broken");
});

test("a file of another user makes the login broken: sessions cannot read it", async () => {
  await write({ claudeAiOauth: good });
  const ctx = { ...host.ctx, user: { ...host.ctx.user, sessionUid: 4242 } };
  expect(await readLogin(ctx)).toMatchObject({ state: "broken", detail: expect.stringContaining("as uid 4242") });
});
