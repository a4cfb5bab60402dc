import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readAsset } from "../../../src/assets.ts";
import { Child } from "../../../src/devcontainer/cli-preload/child.ts";
import { createRun } from "../../../src/system/process/run.ts";
import { temporaryFolder } from "../../support/home/temporary-folder.ts";

test("a user without an entry in the password file gets a name, and other users keep theirs", async () => {
  const folder = await temporaryFolder();
  const [nameless, preload] = [join(folder, "nameless.cjs"), join(folder, "preload.cjs")];
  const failing = 'require("node:os").userInfo = () => { throw new Error("uv_os_get_passwd returned ENOENT"); };';
  await writeFile(nameless, failing);
  await writeFile(preload, await readAsset("cli-preload.cjs"));
  const say = "console.log(require('os').userInfo().username)";
  const ask = async (...before: string[]): Promise<string> => {
    const { stdout } = await createRun()(process.execPath, [...before, "--require", preload, "-e", say]);
    return stdout.trim();
  };
  expect(await ask("--require", nameless)).toBe(String(process.getuid?.()));
  const { stdout } = await createRun()(process.execPath, ["-e", say]);
  expect(await ask()).toBe(stdout.trim());
});

test("the stand-in for a process ends like a process: exit, then close after its output is read", async () => {
  const child = new Child("docker", ["-v"]);
  const seen: unknown[] = [];
  child.on("exit", (...end: unknown[]) => seen.push("exit", ...end, child.exitCode));
  const closed = new Promise((resolve) => void child.on("close", (code) => resolve(seen.push("close", code))));
  child.stdout.on("data", (chunk) => seen.push(String(chunk)));
  expect([child.exitCode, typeof child.pid]).toEqual([null, "number"]);
  expect(() => process.kill(child.pid, 0)).toThrow("ESRCH");
  child.stdout.write("out");
  child.end(3);
  await closed;
  expect(seen).toEqual(["out", "exit", 3, null, 3, "close", 3]);
  expect(child.kill()).toBe(false);
});

test("a killed one reports the signal", () => {
  const child = new Child("docker", ["exec"]);
  const stopped: unknown[] = [];
  child.onKill((signal) => stopped.push(signal));
  expect(child.kill("SIGKILL")).toBe(true);
  expect([stopped, child.killed, child.exitCode, child.signalCode]).toEqual([["SIGKILL"], true, null, "SIGKILL"]);
});
