import { lstat, mkdir, readFile, readdir, readlink, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { prepareSession } from "../../../src/agent/claude/prepare.ts";
import { agentParts } from "../../../src/agent/parts.ts";
import { agentHost, type AgentHost } from "../../support/home/agent-context.ts";
import { createFakeEngine } from "../../support/fakes/fake-engine.ts";

let host: AgentHost;
let own: string;
let config: string;
let shown: string;
const session = { id: "p-a", workspaceFolder: "/workspaces/p-a", ownWays: true };

beforeEach(async () => {
  host = await agentHost({ engine: createFakeEngine() });
  onTestFinished(() => host.end());
  own = join(host.ctx.user.home, ".claude");
  await mkdir(join(own, "skills", "deploy"), { recursive: true });
  await writeFile(join(own, "CLAUDE.md"), "be brief");
  await writeFile(join(own, "skills", "deploy", "SKILL.md"), "how to");
  await writeFile(join(own, ".credentials.json"), "the user's own login");
  await mkdir(host.ctx.paths.state(session.id), { recursive: true });
  await agentParts(host.ctx, host.agent, session);
  config = host.ctx.paths.agentState(session.id, "claude");
  shown = join(host.ctx.paths.container(session.id), "own");
});

test("instructions are copied where the container can only read, and linked into the config folder", async () => {
  await prepareSession(host.ctx, session);
  expect(await readFile(join(shown, "CLAUDE.md"), "utf8")).toBe("be brief");
  expect(await readFile(join(shown, "skills/deploy/SKILL.md"), "utf8")).toBe("how to");
  expect(await readdir(shown)).toEqual(["CLAUDE.md", "skills"]);
  expect(await readlink(join(config, "CLAUDE.md"))).toBe("/opt/cowork/session/own/CLAUDE.md");
});

test("the user's changes arrive; removed files are removed", async () => {
  await prepareSession(host.ctx, session);
  await writeFile(join(own, "CLAUDE.md"), "be verbose");
  await rm(join(own, "skills"), { recursive: true });
  await prepareSession(host.ctx, session);
  expect(await readFile(join(shown, "CLAUDE.md"), "utf8")).toBe("be verbose");
  await expect(lstat(join(config, "skills"))).rejects.toThrow("ENOENT");
});

test("AGENT_SETTINGS=off removes them again", async () => {
  await prepareSession(host.ctx, session);
  await prepareSession(host.ctx, { ...session, ownWays: false });
  expect(await readdir(shown)).toEqual([]);
  await expect(lstat(join(config, "CLAUDE.md"))).rejects.toThrow("ENOENT");
});

test("files of the session in place of cowork's links are kept", async () => {
  await writeFile(join(config, "CLAUDE.md"), "the session's");
  await prepareSession(host.ctx, session);
  expect(await readFile(join(config, "CLAUDE.md"), "utf8")).toBe("the session's");
});

test("links that a container created are replaced or kept, never followed", async () => {
  const target = join(host.folder, "target");
  await mkdir(target);
  await writeFile(join(target, "file"), "untouched");
  await writeFile(join(own, "settings.json"), '{"model":"opus"}');
  for (const name of ["skills", "agents"]) await symlink(target, join(config, name));
  for (const name of ["settings.json", ".claude.json", "CLAUDE.md"])
    await symlink(join(target, "file"), join(config, name));
  await symlink(join(target, "made"), join(config, "CLAUDE.md.cowork-new"));
  await prepareSession(host.ctx, session);
  expect(await readdir(target)).toEqual(["file"]);
  expect(await readFile(join(target, "file"), "utf8")).toBe("untouched");
  expect((await lstat(join(target, "file"))).uid).toBe(process.getuid?.());
  expect(await readFile(join(config, "settings.json"), "utf8")).toContain("opus");
});

test("the session's user owns everything that the host writes into the session", async () => {
  await writeFile(join(own, "settings.json"), '{"model":"opus"}');
  await prepareSession(host.ctx, session);
  for (const name of await readdir(config))
    expect((await lstat(join(config, name))).uid).toBe(host.ctx.user.sessionUid);
});
