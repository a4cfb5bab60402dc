import { execFile } from "node:child_process";
import { mkdir, mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Context } from "../../../src/system/context.ts";
import { coworkPaths } from "../../../src/system/paths.ts";
import { createRun } from "../../../src/system/process/run.ts";
import { hostUser } from "../../../src/system/user.ts";
import type { CloneSpec } from "../../../src/clone/types.ts";

const exec = promisify(execFile);

/** Real git in a temporary folder, without the tester's or the system's configuration. */
export interface GitWorkshop {
  /** absolute path of the temporary folder that contains everything */
  root: string;
  env: Record<string, string>;
  context: Context;
  /** runs git in a folder and returns its stdout without the last newline; throws when git fails */
  git(folder: string, ...args: string[]): Promise<string>;
  /** runs git and returns its exit code */
  code(folder: string, ...args: string[]): Promise<number>;
  /** runs a shell script in a folder and returns its stdout */
  sh(folder: string, script: string): Promise<string>;
  /** creates a repository with one commit of `readme` on main */
  project(name?: string): Promise<string>;
  spec(project: string, name: string, changes?: Partial<CloneSpec>): Promise<CloneSpec>;
  end(): Promise<void>;
}

export async function gitWorkshop(overrides: Partial<Context> = {}): Promise<GitWorkshop> {
  const root = await realpath(await mkdtemp(join(tmpdir(), "cowork-git-")));
  const home = join(root, "home");
  await mkdir(home);
  const env = {
    PATH: process.env["PATH"] ?? "",
    HOME: home,
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_AUTHOR_NAME: "Ada",
    GIT_AUTHOR_EMAIL: "ada@example.org",
    GIT_COMMITTER_NAME: "Ada",
    GIT_COMMITTER_EMAIL: "ada@example.org",
    GIT_CONFIG_COUNT: "2",
    GIT_CONFIG_KEY_0: "protocol.file.allow",
    GIT_CONFIG_VALUE_0: "always",
    GIT_CONFIG_KEY_1: "init.defaultBranch",
    GIT_CONFIG_VALUE_1: "main",
    LC_ALL: "C.UTF-8",
  };
  const run = async (folder: string, file: string, args: string[]): Promise<string> => {
    const { stdout } = await exec(file, args, { cwd: folder, env, maxBuffer: 1 << 28 });
    return stdout.replace(/\n$/, "");
  };
  const git = (folder: string, ...args: string[]): Promise<string> => run(folder, "git", args);
  return {
    root,
    env,
    context: testContext(root, env, overrides),
    git,
    code: (folder, ...args) =>
      git(folder, ...args).then(
        () => 0,
        (error: { code: number }) => error.code,
      ),
    sh: (folder, script) => run(folder, "sh", ["-ec", script]),
    async project(name = "app") {
      const folder = join(root, name);
      await run(root, "sh", [
        "-ec",
        `git init -q "$0"; cd "$0"; echo hello >readme; git add -A; git commit -qm one`,
        folder,
      ]);
      return folder;
    },
    async spec(project, name, changes = {}) {
      const { uid, gid } = testUser(root);
      const gitDir = await git(project, "rev-parse", "--path-format=absolute", "--git-common-dir");
      const commit = await git(project, "rev-parse", "HEAD");
      return {
        source: { kind: "repository", root: project, gitDir },
        path: join(root, "cowork", "sessions", name),
        start: { branch: name, commit, existing: false },
        origin: undefined,
        uid,
        gid,
        ...changes,
      };
    },
    end: () => rm(root, { recursive: true, force: true }),
  };
}

function testUser(root: string): Context["user"] {
  return hostUser({
    uid: process.getuid?.() ?? 0,
    gid: process.getgid?.() ?? 0,
    username: "ada",
    homedir: join(root, "home"),
  });
}

function testContext(root: string, env: Record<string, string>, overrides: Partial<Context>): Context {
  const missing = (): never => {
    throw new Error("this test has no engine");
  };
  const context: Context = {
    paths: coworkPaths(join(root, "cowork")),
    user: testUser(root),
    env,
    run: createRun({ env }),
    node: { path: process.execPath, version: process.versions.node },
    self: ["cowork"],
    engine: new Proxy({}, { get: missing }) as Context["engine"],
    clock: { now: () => new Date(), sleep: () => Promise.resolve() },
    report: () => undefined,
    ask: () => Promise.resolve(true),
    askSecret: () => Promise.resolve(undefined),
    signal: new AbortController().signal,
    log: () => undefined,
  };
  return Object.assign(context, overrides);
}
