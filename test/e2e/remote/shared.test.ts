import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { temporaryHome, type TestHome } from "../../support/home/home.ts";
import { hostAccount, type HostAccount } from "../../support/remote/shared-remote.ts";
import { runAs, runCowork, type CoworkResult } from "../../support/home/run-cowork.ts";
import { commitAll, git, sampleProject } from "../../support/git/sample-project.ts";
import { ensureSshClient } from "../../support/remote/ssh-client.ts";

/** Two users on different machines share a host and its sessions. Both have clones of the same repository. */
let account: HostAccount;
let homes: [TestHome, TestHome];
let roots: [string, string];
const on = (user: 0 | 1, ...args: string[]): Promise<CoworkResult> =>
  runCowork(["--host", "box", ...args], { home: homes[user], cwd: roots[user] });

beforeAll(async () => {
  account = await hostAccount();
  homes = [await temporaryHome(), await temporaryHome()];
  for (const home of homes) await account.machine.giveAccess(home, "box", { account });
  // Incompressible, so that the amount sent shows whether it was sent.
  const large = Array.from({ length: 20_000 }, (_, i) => `${(i * 2_654_435_761) % 2 ** 32}`).join("");
  const first = await sampleProject(homes[0], "image", {
    files: { ".gitignore": ".env\n*.log\n", ".worktreeinclude": "*.log\n", "large.txt": large },
  });
  const second = join(homes[1].home, "app");
  await git(homes[1].home, "clone", "-q", first, second);
  await git(second, "remote", "remove", "origin");
  roots = [first, second];
});
afterAll(async () => {
  for (const home of homes ?? []) await home.remove();
  await account?.remove();
});

it("init copies uncommitted files to a remote session: --carry, COPY, .worktreeinclude", async () => {
  const [root] = roots;
  await writeFile(join(root, "README.md"), "changed\n");
  await writeFile(join(root, ".env"), "SECRET=1\n");
  await mkdir(join(root, "logs"));
  await writeFile(join(root, "logs", "a.log"), "log\n");
  await on(0, "config", "set", "COPY", ".env");
  const made = await on(0, "init", "a", "--carry", "--trust");
  expect(made.code, made.stderr).toBe(0);
  expect(sentBytes(made)).toBeGreaterThan(50_000);
  const { stdout } = await on(
    0,
    "connect",
    "a",
    "--",
    "sh",
    "-c",
    "cat README.md .env logs/a.log; git status --porcelain",
  );
  expect(stdout).toBe("changed\nSECRET=1\nlog\n M README.md\n");
});

it("the next init sends only new commits", async () => {
  const again = await on(0, "init", "b");
  expect(again.code, again.stderr).toBe(0);
  expect(sentBytes(again)).toBe(0);
  await writeFile(join(roots[0], "news.txt"), "news\n");
  await commitAll(roots[0], "news");
  const news = await on(0, "init", "c");
  expect(news.code, news.stderr).toBe(0);
  expect(sentBytes(news)).toBeGreaterThan(0);
  expect(sentBytes(news)).toBeLessThan(50_000);
  expect((await on(0, "connect", "c", "--", "cat", "news.txt")).stdout).toBe("news\n");
});

it("another user with a clone of the repository sees the same sessions, pulls from them and creates more", async () => {
  const listed = await on(1, "list", "--json");
  expect(JSON.parse(listed.stdout)).toMatchObject({ sessions: [{ name: "a" }, { name: "b" }, { name: "c" }] });
  await on(0, "connect", "b", "--", "sh", "-c", "echo work >work.txt; git add .; git commit -qm work");
  const pulled = await on(1, "pull", "b");
  expect(pulled.code, pulled.stderr).toBe(0);
  expect(await git(roots[1], "show", "b:work.txt")).toBe("work");
  const made = await on(1, "init", "d", "--trust");
  expect(made.code, made.stderr).toBe(0);
  expect(sentBytes(made)).toBeLessThan(50_000);
  const all = await on(0, "list", "--json");
  expect(JSON.parse(all.stdout)).toMatchObject({
    sessions: [{ name: "a" }, { name: "b" }, { name: "c" }, { name: "d", state: "running" }],
  });
});

it("clean considers only work that was pulled by the user who calls it as saved", async () => {
  await on(1, "connect", "d", "--", "sh", "-c", "echo mine >mine.txt; git add .; git commit -qm mine");
  expect((await on(1, "pull", "d")).code).toBe(0);
  const refused = await on(0, "clean", "d");
  expect([refused.code, refused.stderr + refused.stdout]).toEqual([3, expect.stringContaining("cowork pull d")]);
  // Text from a host is shown unchanged, even if it looks like a cowork command that would need --host.
  const file = "cowork doctor notes.txt";
  await on(1, "connect", "d", "--", "touch", file);
  const named = await on(1, "clean", "d");
  expect([named.code, named.stderr + named.stdout]).toEqual([3, expect.stringContaining(`untracked file: ${file}`)]);
  await on(1, "connect", "d", "--", "rm", file);
  const cleaned = await on(1, "clean", "d");
  expect(cleaned.code, cleaned.stderr).toBe(0);
  const { stdout } = await on(0, "list", "--json");
  expect(JSON.parse(stdout)).toMatchObject({ sessions: [{ name: "a" }, { name: "b" }, { name: "c" }] });
});

it("another repository with the same project name is refused, and accepted with another PROJECT", async () => {
  const other = await sampleProject(homes[1], "image", { name: "elsewhere/app", files: { "x.txt": "other\n" } });
  const cowork = (...args: string[]): Promise<CoworkResult> =>
    runCowork(["--host", "box", ...args], { home: homes[1], cwd: other });
  const refused = await cowork("init", "z", "--json");
  expect(refused.code).toBe(1);
  expect(JSON.parse(refused.stdout)).toMatchObject({ error: { code: "PROJECT_NAME_TAKEN" } });
  await cowork("config", "set", "PROJECT", "other");
  const made = await cowork("init", "z");
  expect(made.code, made.stderr).toBe(0);
  expect((await cowork("connect", "z", "--", "cat", "x.txt")).stdout).toBe("other\n");
});

/** The amount of project data that the command reports as sent. */
function sentBytes({ stderr }: CoworkResult): number {
  const [, amount = "0", unit] = /sending the project: ([\d.]+) (kB|MB)/.exec(stderr) ?? [];
  return Number(amount) * (unit === "MB" ? 1e6 : 1e3);
}

it("plain ssh connects to a remote session, with several channels of one connection at the same time", async () => {
  await ensureSshClient();
  const written = await on(0, "ssh-config", "--write");
  expect(written.code, written.stderr).toBe(0);
  const config = join(homes[0].home, ".ssh", "config");
  const ssh = (...args: string[]): Promise<CoworkResult> =>
    runAs(["ssh", "-F", config, ...args], { home: homes[0], cwd: homes[0].folder, timeoutMs: 100_000 });
  const inside = await on(0, "connect", "b", "--", "hostname");
  expect(await ssh("cowork.b", "hostname; exit 7")).toMatchObject({ code: 7, stdout: inside.stdout });
  // One ssh holds the connection and the others are channels of it. The end of one channel must not end the others.
  const socket = join(homes[0].folder, "master");
  const shared = ["-o", `ControlPath=${socket}`];
  const master = ssh(
    ...shared,
    "-M",
    "cowork.b",
    "touch /tmp/there; while [ ! -e /tmp/go ]; do sleep 0.1; done; echo first",
  );
  await expect
    .poll(async () => (await ssh(...shared, "cowork.b", "cat /tmp/there && echo is")).stdout, { timeout: 60_000 })
    .toBe("is\n");
  const [one, two] = await Promise.all([
    ssh(...shared, "cowork.b", "head -c 300000 /dev/zero | tr '\\0' 1"),
    ssh(...shared, "cowork.b", "head -c 300000 /dev/zero | tr '\\0' 2; touch /tmp/go"),
  ]);
  expect([one.stdout === "1".repeat(300_000), two.stdout === "2".repeat(300_000)]).toEqual([true, true]);
  expect(await master).toMatchObject({ code: 0, stdout: "first\n" });
});
