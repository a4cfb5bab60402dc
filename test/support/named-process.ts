import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chmod, copyFile, mkdir, readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { expect, onTestFinished } from "vitest";

/** A command name that no other process has, as long as Linux keeps. */
export function uniqueName(): string {
  return `s${process.pid}x${Math.random().toString(36).slice(2)}`.slice(0, 15);
}

/** Starts a program at this path, which waits; its command name is the file's name. It is ended with the test. */
export async function startNamed(program: string): Promise<ChildProcess> {
  await mkdir(dirname(program), { recursive: true });
  await copyFile("/bin/sleep", program);
  await chmod(program, 0o755);
  const child = spawn(program, ["600"], { stdio: "ignore" });
  onTestFinished(() => void child.kill("SIGKILL"));
  await once(child, "spawn");
  const name = program.slice(program.lastIndexOf("/") + 1);
  await expect.poll(async () => (await readFile(`/proc/${child.pid}/comm`, "utf8")).trim()).toBe(name);
  return child;
}
