import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, it } from "vitest";
import { testBaseImage } from "../support/engine/engine.ts";
import { temporaryHome } from "../support/home/home.ts";
import type { TestHome } from "../support/home/home.ts";
import { runCowork } from "../support/home/run-cowork.ts";
import { commitAll, git } from "../support/git/sample-project.ts";
import { treeArchive } from "../support/git/tree.ts";

// Uses this repository as the project, with the dev container that contributors work in.
let home: TestHome;
let project: string;
beforeAll(async () => {
  home = await temporaryHome();
  project = join(home.home, "cowork");
  await mkdir(project);
  await execa("tar", ["-C", project, "--no-same-owner", "-xf", "-"], { input: await treeArchive() });
  const dockerfile = join(project, ".devcontainer", "Dockerfile");
  const text = await readFile(dockerfile, "utf8");
  // Use the tests' base image, so that no registry is needed.
  await writeFile(dockerfile, text.replace("FROM debian:trixie", `FROM ${testBaseImage}`));
  await git(project, "init", "-q", "-b", "main");
  await commitAll(project, "The tree as it is");
});
afterAll(() => home.remove());

// The tests that depend most on the machine: files, processes, git. All unit tests would take too long.
const folders = ["test/unit/system", "test/unit/config", "test/unit/clone"];
const minutes = (n: number): number => n * 60_000;

it("a session of this repository builds cowork and passes unit tests", async () => {
  const cowork = (...args: string[]): ReturnType<typeof runCowork> =>
    runCowork(args, { home, cwd: project, timeoutMs: minutes(8) });
  const init = await cowork("init", "fix");
  expect(init.code, init.stderr).toBe(0);

  const build = await cowork("connect", "fix", "--", "npm", "run", "build");
  expect(build.code, build.stdout + build.stderr).toBe(0);
  const version = await cowork(
    "connect",
    "fix",
    "--",
    "sh",
    "-c",
    "PATH=$PWD/node_modules/.bin:$PATH dist/cowork --version",
  );
  expect(version.stdout).toMatch(/^cowork \d/);

  const unit = await cowork("connect", "fix", "--", "npm", "run", "test:unit", "--", ...folders);
  expect(unit.code, unit.stdout + unit.stderr).toBe(0);
  const status = await cowork("connect", "fix", "--", "git", "status", "--porcelain");
  expect(status.stdout).toBe("");
});
