import { randomUUID } from "node:crypto";
import { execa } from "execa";
import type { TestProject } from "vitest/node";
import { installAgent } from "../../src/agent/install.ts";
import { variantFor } from "../../src/agent/versions.ts";
import { agentHost } from "./home/agent-context.ts";
import { ensureEngine, ensureTestBaseImage } from "./engine/engine.ts";
import { keepAgents } from "./home/kept-agents.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** value of the label `cowork.test.run` on everything that the tests of one run share */
    run: string;
  }
}

/** vitest's global set-up for tests that need an engine. The tear-down removes what the tests shared and leaves the engine running. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const run = randomUUID();
  project.provide("run", run);
  await ensureEngine();
  await Promise.all([ensureTestBaseImage(), fetchAgent()]);
  return async () => {
    const { stdout } = await execa("docker", ["ps", "-aq", "--filter", `label=cowork.test.run=${run}`]);
    const shared = stdout.split("\n").filter((id) => id !== "");
    if (shared.length > 0) await execa("docker", ["rm", "-f", "-v", ...shared]);
  };
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
