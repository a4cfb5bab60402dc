import { randomUUID } from "node:crypto";
import { execa } from "execa";
import type { TestProject } from "vitest/node";
import { ensureEngine, ensureTestBaseImage } from "./engine.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** value of the label `cowork.test.run`: what all tests of a run share, and nobody else */
    run: string;
  }
}

/** vitest's global set-up for everything that needs an engine. It leaves the engine running, and removes what the run shared. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const run = randomUUID();
  project.provide("run", run);
  await ensureEngine();
  await ensureTestBaseImage();
  return async () => {
    const { stdout } = await execa("docker", ["ps", "-aq", "--filter", `label=cowork.test.run=${run}`]);
    const shared = stdout.split("\n").filter((id) => id !== "");
    if (shared.length > 0) await execa("docker", ["rm", "-f", "-v", ...shared]);
  };
}
