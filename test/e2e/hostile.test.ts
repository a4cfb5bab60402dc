import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, it } from "vitest";
import { temporaryHome, type TestHome } from "../support/home/home.ts";
import { hostileScripts, workableScripts } from "../support/git/hostile-scripts.ts";
import { runCowork, type CoworkResult } from "../support/home/run-cowork.ts";
import { commitAll, git, sampleProject } from "../support/git/sample-project.ts";

/**
 * Runs every command of the built file on sessions that attack the host. `integration/clone/hostile.test.ts` tests each script
 * alone against the git code; here several are combined.
 */
let home: TestHome;
let cwd: string;
let outside: string;
const cowork = (...args: string[]): Promise<CoworkResult> => runCowork(args, { home, cwd });

// The first session has all scripts that git can work with; each of the others breaks its repository.
const sessions: Record<string, readonly string[]> = {
  all: workableScripts.filter((name) => !/links|submodule urls/.test(name)),
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
  await Promise.all(names.map(attack));
});
afterAll(() => home.remove());

async function attack(name: string): Promise<void> {
  const start = `set -u; echo 1 >f; git add f; git commit -qm one; echo 2 >g; C='touch ${home.home}/canary'; O='${outside}'`;
  const script = [
    start,
    ...sessions[name]!.map((one) => `( ${hostileScripts[one]!} ) || echo failed: '${one}' >&2`),
  ].join("\n");
  const { code, stderr } = await cowork("connect", name, "--", "sh", "-c", script);
  if (code !== 0 || /^failed: /m.test(stderr)) throw new Error(`the script itself failed: ${stderr}`);
}

/** The state of the host and the project, which must not change. */
async function untouched(): Promise<string> {
  const script = `cd "$1"; find outside -type f -exec sha256sum {} + | sort; cd app; git -c safe.directory='*' status --porcelain; cat .git/HEAD .git/config; ls .git/hooks`;
  return (await execa("sh", ["-c", script, "sh", home.home])).stdout;
}
const canaryExists = async (): Promise<boolean> => (await readdir(home.home)).includes("canary");

/** Runs a command. Throws if it fails without a reason, or if anything from a session ran on the host. */
async function runSafely(...args: string[]): Promise<CoworkResult> {
  const result = await cowork(...args);
  const { code, stderr } = result;
  const reasonless = /INTERNAL|run it again with --verbose/.test(stderr) || (code !== 0 && !/Next: /.test(stderr));
  if (reasonless) throw new Error(`cowork ${args.join(" ")} ended with ${code} and no reason: ${stderr}`);
  if (await canaryExists()) throw new Error(`cowork ${args.join(" ")} ran code of the session`);
  return result;
}

it("every command works or reports why not, and runs nothing from a session on the host", async () => {
  const before = await untouched();
  expect((await runSafely("list")).code).toBe(0);
  expect((await runSafely("status")).stdout).toMatch(/all .*running/);
  for (const name of names) {
    await runSafely("diff", name);
    await runSafely("diff", name, "--stat");
    await runSafely("logs", name);
  }
  // valid work is pulled in spite of the scripts around it
  expect((await runSafely("pull", "all", "--uncommitted", "--all-branches")).code).toBe(0);
  expect(await git(cwd, "log", "-1", "--format=%s", "all")).toBe("one");
  expect(await git(cwd, "show", "all-wip:g")).toBe("2");
  for (const name of ["links", "linked", "forged"]) await runSafely("pull", name, "--uncommitted", "--all-branches");
  await commitAll(cwd, "newer");
  for (const name of names) await runSafely("push", name, "main");
  for (const name of names) await runSafely("connect", name, "--", "true");
  expect(await untouched()).toBe(before);
});

it("stop, start, rebuild and clean run nothing from a session on the host", async () => {
  const before = await untouched();
  await runSafely("stop", ...names);
  expect((await runSafely("clean", "forged", "--dry-run")).code).toBe(3);
  await runSafely("status");
  await runSafely("pull", "linked", "--branch", "linked-2");
  await runSafely("start", ...names);
  await runSafely("start", "--rebuild", "all", "links");
  expect((await runSafely("clean", "forged")).code).toBe(3);
  expect((await runSafely("clean", ...names, "--force")).code).toBe(0);
  await runSafely("doctor");
  await runSafely("list");
  expect(await untouched()).toBe(before);
});

it("objects that one session forged appear neither in another session nor in the project", async () => {
  await cowork("init", "rogue");
  const script = `find .git/objects -type f | while read -r o; do chmod u+w "$o" && head -c 2000 /dev/urandom >"$o"; done; find .git/objects -type f | wc -l`;
  const { stdout } = await cowork("connect", "rogue", "--", "sh", "-c", script);
  expect(Number(stdout)).toBeGreaterThan(3);
  const fsck = await cowork("connect", "beside", "--", "git", "fsck", "--full", "--strict");
  expect(fsck.code, fsck.stderr).toBe(0);
  await git(cwd, "fsck", "--full", "--strict");
  expect((await runSafely("clean", "rogue")).code).toBe(3);
});
