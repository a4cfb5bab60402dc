import { homedir } from "node:os";
import { execa } from "execa";
import { createEngine } from "../../../src/engine/engine.ts";
import type { Engine } from "../../../src/engine/types.ts";
import { testBaseImage } from "./engine.ts";

export function realEngine(): Engine {
  return createEngine({ env: process.env, home: homedir() });
}

/** The command with which the dev container CLI keeps a container running. */
const keepAlive = 'echo Container started; trap "exit 0" 15; exec "$@"; while sleep 1 & wait $!; do :; done';

export interface ContainerOptions {
  labels: Readonly<Record<string, string>>;
  /** more arguments for `docker run` */
  args?: readonly string[];
  image?: string;
  /** script of PID 1's shell; default: the dev container CLI's */
  script?: string;
}

/** Starts a container as the dev container CLI does. @returns its full id */
export async function runContainer({
  labels,
  args = [],
  image = testBaseImage,
  script = keepAlive,
}: ContainerOptions): Promise<string> {
  const flags = Object.entries(labels).flatMap(([name, value]) => ["--label", `${name}=${value}`]);
  const { stdout } = await execa("docker", [
    "run",
    "-d",
    ...flags,
    ...args,
    "--entrypoint",
    "/bin/sh",
    image,
    "-c",
    script,
    "-",
  ]);
  return stdout.trim();
}

export async function removeContainers(label: string): Promise<void> {
  const { stdout } = await execa("docker", ["ps", "-aq", "--filter", `label=${label}`]);
  const ids = stdout.split("\n").filter((id) => id !== "");
  if (ids.length > 0) await execa("docker", ["rm", "-fv", ...ids]);
}

/** Command lines of all processes in a container, as seen on the engine's host. */
export async function processesIn(container: string): Promise<string[]> {
  const { stdout } = await execa("docker", ["top", container, "-eo", "pid,args"]);
  return stdout
    .split("\n")
    .slice(1)
    .map((line) => line.trim().replace(/^\d+\s+/, ""));
}
