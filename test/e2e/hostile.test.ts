import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, it } from "vitest";
import { temporaryHome, type TestHome } from "../support/home/home.ts";
import { plants, workable } from "../support/git/hostile-plants.ts";
import { runCowork, type CoworkResult } from "../support/home/run-cowork.ts";
import { commitAll, git, sampleProject } from "../support/git/sample-project.ts";

/**
 * Sessions that have turned against the host, and every command on them with the built file. What each single plant does to
 * git's part is in `integration/clone-hostile.test.ts`; here several of them lie together.
 */
let home: TestHome;
let cwd: string;
let outside: string;
const cowork = (...args: string[]): Promise<CoworkResult> => runCowork(args, { home, cwd });

// Every plant that git can live with is in the first session; each of the others breaks something for good.
const sessions: Record<string, readonly string[]> = {
  all: workable.filter((name) => !/links|submodule urls/.test(name)),
  links: ["links out of the clone", "commondir"],
  linked: [".git as a link"],
  forged: ["a forged index and forged objects"],
};
const names = Object.keys(sessions);

beforeAll(async () => {
  home = await temporaryHome();
  cwd = await sampleProject(home, "image");
  outside = join(home.home, "outside");
  await mkdir(outside);
  await git(outside, "init", "-q", "--bare", ".");
  await writeFile(join(outside, "secret"), "secret\n");
  const made = await cowork("init", ...names, "beside");
  if (made.code !== 0) throw new Error(made.stderr);
  await Promise.all(names.map(plant));
});
afterAll(() => home.remove());

async function plant(name: string): Promise<void> {
  const start = `set -u; echo 1 >f; git add f; git commit -qm one; echo 2 >g; C='touch ${home.home}/canary'; O='${outside}'`;
  const script = [start, ...sessions[name]!.map((one) => `( ${plants[one]!} ) || echo failed: '${one}' >&2`)].join(
    "\n",
  );
  const { code, stderr } = await cowork("connect", name, "--", "sh", "-c", script);
  if (code !== 0 || /^failed: /m.test(stderr)) throw new Error(`the plant itself failed: ${stderr}`);
}

/** Of the host and the project: what has to stay as it is, whatever a session did. */
async function untouched(): Promise<string> {
  const script = `cd "$1"; find outside -type f -exec sha256sum {} + | sort; cd app; git -c safe.directory='*' status --porcelain; cat .git/HEAD .git/config; ls .git/hooks`;
  return (await execa("sh", ["-c", script, "sh", home.home])).stdout;
}
const canary = async (): Promise<boolean> => (await readdir(home.home)).includes("canary");

/** It does its work, or refuses with a reason; and nothing of the session ran here. */
async function go(...args: string[]): Promise<CoworkResult> {
  const result = await cowork(...args);
  const { code, stderr } = result;
  const reasonless = /INTERNAL|run it again with --verbose/.test(stderr) || (code !== 0 && !/Next: /.test(stderr));
  if (reasonless) throw new Error(`cowork ${args.join(" ")} ended with ${code} and no reason: ${stderr}`);
  if (await canary()) throw new Error(`cowork ${args.join(" ")} ran something of the session`);
  return result;
}

it("every command does its work or says why not, and nothing of a session runs on the host", async () => {
  const before = await untouched();
  expect((await go("list")).code).toBe(0);
  expect((await go("status")).stdout).toMatch(/all .*running/);
  for (const name of names) {
    await go("diff", name);
    await go("diff", name, "--stat");
    await go("logs", name);
  }
  // what git can work with comes out, whatever lies around it
  expect((await go("pull", "all", "--uncommitted", "--all-branches")).code).toBe(0);
  expect(await git(cwd, "log", "-1", "--format=%s", "all")).toBe("one");
  expect(await git(cwd, "show", "all-wip:g")).toBe("2");
  for (const name of ["links", "linked", "forged"]) await go("pull", name, "--uncommitted", "--all-branches");
  await commitAll(cwd, "newer");
  for (const name of names) await go("push", name, "main");
  for (const name of names) await go("connect", name, "--", "true");
  expect(await untouched()).toBe(before);
});

it("nor when they are stopped, started, made again and removed", async () => {
  const before = await untouched();
  await go("stop", ...names);
  expect((await go("clean", "forged", "--dry-run")).code).toBe(3);
  await go("status");
  await go("pull", "linked", "--branch", "linked-2");
  await go("start", ...names);
  await go("start", "--rebuild", "all", "links");
  expect((await go("clean", "forged")).code).toBe(3);
  expect((await go("clean", ...names, "--force")).code).toBe(0);
  await go("doctor");
  await go("list");
  expect(await untouched()).toBe(before);
});

it("the objects that one session forged are nobody else's", async () => {
  await cowork("init", "rogue");
  const script = `find .git/objects -type f | while read -r o; do chmod u+w "$o" && head -c 2000 /dev/urandom >"$o"; done; find .git/objects -type f | wc -l`;
  const { stdout } = await cowork("connect", "rogue", "--", "sh", "-c", script);
  expect(Number(stdout)).toBeGreaterThan(3);
  const fsck = await cowork("connect", "beside", "--", "git", "fsck", "--full", "--strict");
  expect(fsck.code, fsck.stderr).toBe(0);
  await git(cwd, "fsck", "--full", "--strict");
  expect((await go("clean", "rogue")).code).toBe(3);
});
