import { lstat } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { sampleProject } from "../support/git/sample-project.ts";
import { ordinaryUser, type OrdinaryUser } from "../support/home/ordinary-user.ts";
import { runCowork, type CoworkResult } from "../support/home/run-cowork.ts";

// A container owns the folders that it shares with the host, and can close them. The host's user is not root here: root may read anyway.

let home: OrdinaryUser;
let cwd: string;
const cowork = (...args: string[]): Promise<CoworkResult> => runCowork(args, { home, cwd });
async function done(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await cowork(...args);
  expect(code, `${args.join(" ")}\n${stdout}\n${stderr}`).toBe(0);
  return stdout;
}

beforeAll(async () => {
  home = await ordinaryUser();
  cwd = await sampleProject(home, "image");
  await done("init", "closed", "other");
});
afterAll(() => home?.remove());

const folder = "/cowork/session/events";
it.each([
  ["the folder itself", `chmod 000 ${folder}`],
  ["what is in it", `cd ${folder} && mkdir -p inbox mail asks && chmod 000 inbox mail asks`],
])(
  "a session that closes %s to the host breaks nothing for others, and is opened by the next connect",
  async (_, script) => {
    await done("connect", "closed", "--", "sh", "-c", script);
    expect(JSON.parse(await done("list", "--json")).sessions).toMatchObject([
      { name: "closed", state: "running" },
      { name: "other", state: "running" },
    ]);
    await done("approvals", "--json");
    await done("events", "--json");
    await done("wait", "closed", "other", "--timeout", "1m");
    await done("conflicts");
    await done("claim", "closed", "src/**");
    await done("claim", "closed", "--release");
    await done("connect", "closed", "--", "sh", "-c", `chmod 700 ${folder}/* 2>/dev/null; cowork notify again`);
    await done("wait", "closed", "--timeout", "1m");
    expect(await done("events", "closed")).toContain("again");
  },
);

it("a session that closes the vault of all sessions does not lock the others out of their commands", async () => {
  const close = async (): Promise<string> =>
    await done("connect", "closed", "--", "chmod", "000", "/cowork/auth/claude");
  const vault = join(home.coworkHome, "auth", "claude");
  await close();
  await done("status", "other", "--json");
  await done("list");
  expect((await cowork("auth", "status")).stdout).toContain("not logged in");
  expect((await lstat(vault)).mode & 0o777).toBe(0o700);
  await close();
  expect((await cowork("connect", "other", "--", "true")).stderr).not.toContain("Permission denied");
  expect((await lstat(vault)).mode & 0o777).toBe(0o700);
});
