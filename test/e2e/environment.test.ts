import { afterAll, beforeAll, expect, it } from "vitest";
import { temporaryHome, type TestHome } from "../support/home.ts";
import { runCowork, type CoworkResult } from "../support/run-cowork.ts";
import { sampleProject } from "../support/sample-project.ts";

/** What the startup files of the user's shell make of the environment, for commands that no shell starts. */
let home: TestHome;
let cwd: string;
const cowork = (...args: string[]): Promise<CoworkResult> => runCowork(args, { home, cwd });
const inside = (...command: string[]): Promise<CoworkResult> => cowork("connect", "a", "--", ...command);
const again = async (): Promise<void> => {
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

it("is asked by who connects first, several at once too, and asked again after a start", async () => {
  const all = await Promise.all([1, 2, 3].map(() => inside("sh", "-c", 'echo "$0 $HOME"')));
  for (const one of all) expect(one).toMatchObject({ code: 0, stdout: expect.stringMatching(/^sh \/\S+\n$/) });
  await inside("sh", "-c", "echo 'export C_STARTED=once' >>~/.profile");
  expect((await inside("printenv", "C_STARTED")).stdout).toBe("");
  await again();
  expect((await inside("printenv", "C_STARTED")).stdout).toBe("once\n");
});

it("startup files that end the shell: a note to who connects first, and the container's own environment", async () => {
  await inside("sh", "-c", "echo 'exit 3' >>~/.profile");
  await again();
  const first = await inside("printenv", "PATH");
  expect(first).toMatchObject({ code: 0, stderr: expect.stringContaining("startup files ended it (exit code 3)") });
  expect(first.stdout).toContain("/opt/cowork/bin:");
  const second = await inside("printenv", "PATH");
  expect(second).toMatchObject({ code: 0, stdout: first.stdout });
  expect(second.stderr).not.toContain("startup files");
});
