import { afterAll, beforeAll, expect, it } from "vitest";
import { temporaryHome, type TestHome } from "../support/home/home.ts";
import { runCowork, type CoworkResult } from "../support/home/run-cowork.ts";
import { sampleProject } from "../support/git/sample-project.ts";

/** Commands that are started without a shell get the environment that the startup files of the user's shell set. */
let home: TestHome;
let cwd: string;
const cowork = (...args: string[]): Promise<CoworkResult> => runCowork(args, { home, cwd });
const inside = (...command: string[]): Promise<CoworkResult> => cowork("connect", "a", "--", ...command);
const restart = async (): Promise<void> => {
  for (const verb of ["stop", "start"]) {
    const { code, stderr } = await cowork(verb, "a");
    expect(code, stderr).toBe(0);
  }
};

beforeAll(async () => {
  home = await temporaryHome();
  cwd = await sampleProject(home, "none");
  const made = await cowork("init", "a");
  if (made.code !== 0) throw new Error(made.stderr);
});
afterAll(async () => await home?.remove());

it("the startup files run once after each start, also when several commands connect at the same time", async () => {
  await inside("sh", "-c", "echo 'export C_STARTED=$(date +%s%N); echo asked >>~/asked' >>~/.profile");
  expect(await inside("printenv", "C_STARTED")).toMatchObject({ code: 1, stdout: "" });
  await restart();
  const all = await Promise.all([1, 2, 3].map(() => inside("printenv", "C_STARTED")));
  for (const one of all) expect(one).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\n$/) });
  expect(new Set(all.map(({ stdout }) => stdout)).size).toBe(1);
  expect((await inside("sh", "-c", "cat ~/asked")).stdout).toBe("asked\n");
});

it("when startup files end the shell, the first connect prints a note and commands get the container's environment", async () => {
  await inside("sh", "-c", "echo 'exit 3' >>~/.profile");
  await restart();
  const first = await inside("printenv", "PATH");
  expect(first).toMatchObject({ code: 0, stderr: expect.stringContaining("startup files exited with code 3") });
  expect(first.stdout).toContain("/opt/cowork/bin:");
  const second = await inside("printenv", "PATH");
  expect(second).toMatchObject({ code: 0, stdout: first.stdout });
  expect(second.stderr).not.toContain("startup files");
});
