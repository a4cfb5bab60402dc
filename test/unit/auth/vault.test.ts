import { chmod, lstat, mkdir, readdir, readlink, symlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { withRefreshLock } from "../../../src/auth/locks.ts";
import { checkVault } from "../../../src/auth/vault.ts";
import { agentHost, type AgentHost } from "../../support/home/agent-context.ts";
import { createFakeEngine, type FakeEngine } from "../../support/fakes/fake-engine.ts";
import { homeId } from "../../../src/system/home-id.ts";

let host: AgentHost;
let engine: FakeEngine;
let vault: string;
let lock: string;
const check = () => checkVault(host.ctx, host.agent);

beforeEach(async () => {
  engine = createFakeEngine();
  host = await agentHost({ engine });
  onTestFinished(() => host.end());
  vault = host.ctx.paths.vault("claude");
  lock = join(vault, ".oauth_refresh.lock");
  await check();
});

async function leaveLock(secondsAgo: number, owner?: string): Promise<void> {
  await mkdir(lock);
  if (owner !== undefined) await writeFile(`${lock}.owner`, JSON.stringify({ pid: 7, pidSpace: `${owner}#pid:[1]` }));
  const then = new Date(Date.now() - secondsAgo * 1000);
  await utimes(lock, then, then);
}

const runs = (id: string) => engine.addContainer({ id, labels: { "cowork.home": homeId(host.ctx.paths) } });

test("a missing vault is created, accessible only to the session's user", async () => {
  const stats = await lstat(vault);
  expect([stats.mode & 0o777, stats.uid]).toEqual([0o700, host.ctx.user.sessionUid]);
  expect(await check()).toEqual({ login: expect.objectContaining({ state: "none" }), repaired: [], problems: [] });
});

test("wrong modes are fixed and reported", async () => {
  const file = join(vault, ".credentials.json");
  await writeFile(file, "{}");
  await chmod(file, 0o644);
  await chmod(vault, 0o755);
  const { repaired } = await check();
  expect(repaired).toHaveLength(2);
  expect((await lstat(vault)).mode & 0o777).toBe(0o700);
  expect((await lstat(file)).mode & 0o777).toBe(0o600);
});

test("credentials of another uid are given to the session's user, or reported if that is not permitted", async () => {
  const { isRoot, uid } = host.ctx.user;
  await writeFile(join(vault, ".credentials.json"), "{}", { mode: 0o600 });
  host.ctx.user = { ...host.ctx.user, sessionUid: 4242 };
  const { repaired, problems } = await check();
  expect((isRoot ? repaired : problems).filter((line) => line.includes("belonged to uid"))).toHaveLength(2);
  expect((await lstat(join(vault, ".credentials.json"))).uid).toBe(isRoot ? 4242 : uid);
});

test("a link in place of the credentials is reported, and its target is not changed", async () => {
  const target = join(host.folder, "target");
  await writeFile(target, "x", { mode: 0o644 });
  await symlink(target, join(vault, ".credentials.json"));
  const { problems } = await check();
  expect(problems[0]).toContain("not a regular file");
  expect((await lstat(target)).mode & 0o777).toBe(0o644);
  expect(await readlink(join(vault, ".credentials.json"))).toBe(target);
});

test("a lock whose container is gone is removed", async () => {
  runs("aaaaaaaaaaaa0000");
  await leaveLock(40, "bbbbbbbbbbbb");
  expect((await check()).repaired[0]).toContain(".oauth_refresh.lock");
  expect(await readdir(vault)).not.toContain(".oauth_refresh.lock");
});

test("a lock without an owner file is removed when no container of this home runs", async () => {
  await leaveLock(40);
  expect((await check()).repaired).toHaveLength(1);
});

test.each([
  ["it was touched a moment ago", 5, undefined],
  ["its container runs", 40, "aaaaaaaaaaaa"],
])("a lock is kept when %s", async (_why, secondsAgo, owner) => {
  runs("aaaaaaaaaaaa0000");
  await leaveLock(secondsAgo, owner);
  expect((await check()).repaired).toEqual([]);
  expect(await readdir(vault)).toContain(".oauth_refresh.lock");
});

test("a lock stays when the engine does not answer", async () => {
  engine.reachable = false;
  await leaveLock(40, "bbbbbbbbbbbb");
  expect((await check()).repaired).toEqual([]);
});

test("a lock that was not touched for minutes is removed", async () => {
  runs("aaaaaaaaaaaa0000");
  await leaveLock(300, "aaaaaaaaaaaa");
  expect((await check()).repaired).toHaveLength(1);
});

test("the refresh lock is held during the work, and waited for", async () => {
  await mkdir(lock);
  const done = withRefreshLock(host.ctx, host.agent, async () => {
    expect(await readdir(vault)).toContain(".oauth_refresh.lock");
    return "done";
  });
  const { rmdir } = await import("node:fs/promises");
  await new Promise((resolve) => setTimeout(resolve, 50));
  await rmdir(lock);
  expect(await done).toBe("done");
  expect(await readdir(vault)).not.toContain(".oauth_refresh.lock");
});
