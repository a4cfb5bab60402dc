import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { execa } from "execa";
import type { TestProject } from "vitest/node";
import { installAgent } from "../../src/agent/install.ts";
import { variantFor } from "../../src/agent/versions.ts";
import { agentHost } from "./home/agent-context.ts";
import { ensureEngine, ensureTestBaseImage } from "./engine/engine.ts";
import { keepAgents } from "./home/kept-agents.ts";
import { runFolder } from "./run-folder.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** value of the label `cowork.test.run` on everything that the tests of one run share */
    run: string;
  }
}

/** vitest loads this file once for each project. They share a run, so that what is made once in a run is made once for all. */
const place = globalThis as { coworkTestRun?: string };

/** vitest's global set-up for tests that need an engine. The tear-down removes what the tests shared and leaves the engine running. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const run = (place.coworkTestRun ??= randomUUID());
  project.provide("run", run);
  await ensureEngine();
  await Promise.all([ensureTestBaseImage(), fetchAgent()]);
  return async () => {
    await removeAll(["ps", "-aq"], ["rm", "-f", "-v"], run);
    await removeAll(["network", "ls", "-q"], ["network", "rm"], run);
    // Also those that were built on one of them: they inherit the label. The newest come first, so none still has a child.
    await removeAll(["images", "-q"], ["rmi", "-f"], run);
    await rm(runFolder(run), { recursive: true, force: true });
  };
}

async function removeAll(list: readonly string[], remove: readonly string[], run: string): Promise<void> {
  const { stdout } = await execa("docker", [...list, "--filter", `label=cowork.test.run=${run}`]);
  const shared = new Set(stdout.split("\n").filter((id) => id !== ""));
  if (shared.size > 0) await execa("docker", [...remove, ...shared], { reject: false });
}

/** Downloads cowork's default agent once for all tests. */
async function fetchAgent(): Promise<void> {
  const host = await agentHost();
  try {
    const variant = variantFor(await host.ctx.engine.info());
    if (variant === undefined) return;
    await installAgent(host.ctx, host.agent, { version: host.agent.install.pinned, variant });
    await keepAgents(host.ctx.paths.home);
  } finally {
    await host.end();
  }
}
