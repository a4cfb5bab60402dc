import { lstat, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { planInitialize, runInitializeCommand } from "../../../src/devcontainer/initialize.ts";
import type { JsonObject } from "../../../src/devcontainer/types.ts";
import { systemClock } from "../../../src/system/clock.ts";
import { coworkPaths } from "../../../src/system/paths.ts";
import { createRun } from "../../../src/system/process/run.ts";
import { hostUser } from "../../../src/system/user.ts";

let base: string;
let clone: string;

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), "cowork-initialize-"));
  clone = join(base, "sessions/app-a");
  await mkdir(clone, { recursive: true });
});
afterEach(() => rm(base, { recursive: true, force: true }));

const context = () => {
  const { uid, gid } = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  return {
    paths: coworkPaths(base),
    run: createRun({ env: process.env }),
    env: { ...process.env, OF_THE_HOST: "value" },
    signal: new AbortController().signal,
    report: () => undefined,
    clock: systemClock,
    user: hostUser({ uid, gid, username: "t", homedir: base }),
  };
};
const run = (config: JsonObject): Promise<boolean> =>
  runInitializeCommand(context(), {
    id: "app-a",
    name: "a",
    plan: { config },
    folder: "App",
    workspace: "/w/App",
    clone,
  });
const made = (name: string): Promise<string> => readFile(join(clone, name), "utf8");

describe("runInitializeCommand", () => {
  test("runs in the clone, with the variables of devcontainer.json, once", async () => {
    const config = {
      initializeCommand:
        'printf "%s\\n" "$PWD" ${localWorkspaceFolderBasename} ${containerWorkspaceFolder} ${localEnv:OF_THE_HOST} ${env:NONE:other} >> out',
    };
    expect(await run(config)).toBe(true);
    expect(await made("out")).toBe(`${clone}\nApp\n/w/App\nvalue\nother\n`);
    expect(await run(config)).toBe(false);
    expect((await made("out")).split("\n")).toHaveLength(6);
  });

  test("a list is run without a shell, and the commands of an object in parallel", async () => {
    await run({ initializeCommand: ["touch", "a b", "$(x)"] });
    await expect(lstat(join(clone, "a b"))).resolves.toBeDefined();
    await expect(lstat(join(clone, "$(x)"))).resolves.toBeDefined();
    await rm(join(base, "state"), { recursive: true });
    // Each waits for the other: one after the other, they would wait forever.
    const wait = (mine: string, theirs: string): string => `touch ${mine}; until [ -e ${theirs} ]; do sleep 0.05; done`;
    await run({ initializeCommand: { x: wait("x", "y"), y: ["sh", "-c", wait("y", "x")] } });
    await expect(lstat(join(clone, "x"))).resolves.toBeDefined();
  });

  test("a failure is reported with the last output, is in the log, and is tried again", async () => {
    const config = { initializeCommand: { init: "echo all is \u001b[31mbad >&2; exit 3" } };
    await expect(run(config)).rejects.toMatchObject({
      code: "UP_FAILED",
      message: "initializeCommand (init) of a failed with exit code 3: all is bad.",
    });
    expect(await readFile(join(base, "state/app-a/logs/up.log"), "utf8")).toContain("all is");
    await expect(run(config)).rejects.toMatchObject({ code: "UP_FAILED" });
  });

  test("files made by root belong to the session's user", async () => {
    const { user } = context();
    await run({ initializeCommand: "mkdir d && touch d/f && ln -s /etc/passwd d/l" });
    const owner = await lstat(join(clone, "d/f"));
    expect([owner.uid, owner.gid]).toEqual([user.sessionUid, user.sessionGid]);
    expect((await lstat("/etc/passwd")).uid).toBe(0);
  });

  test("git works in the clone, independent of the owner", async () => {
    await run({ initializeCommand: "git init -q . && chown -R 4242:4242 . 2>/dev/null; git status --porcelain > out" });
    expect(await made("out")).toContain("out");
  });

  test.each([undefined, "", [], {}, "   "])("%j: nothing to run", async (initializeCommand) => {
    await writeFile(join(clone, "x"), "");
    expect(await run(initializeCommand === undefined ? {} : { initializeCommand })).toBe(false);
  });
});

test("planInitialize returns what is run, with variables replaced", () => {
  const put = (text: string): string => text.replace("$", "X");
  expect(planInitialize({ a: "echo $", b: ["c", "$d"] }, put)).toEqual([
    { name: "a", file: "/bin/sh", args: ["-c", "echo X"] },
    { name: "b", file: "c", args: ["Xd"] },
  ]);
});
