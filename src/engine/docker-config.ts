import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isAbsent } from "../system/files/files.ts";
import type { EndpointQuestion } from "./types.ts";

/** The folder of the docker client's configuration. */
export function dockerFolder({ env, home }: EndpointQuestion): string {
  return env["DOCKER_CONFIG"] || join(home, ".docker");
}

/** The docker client's configuration file, read synchronously because it is small. Empty if there is none; undefined if it cannot be read. */
export function readDockerConfig(question: EndpointQuestion): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(join(dockerFolder(question), "config.json"), "utf8"));
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch (error) {
    return isAbsent(error) ? {} : undefined;
  }
}
