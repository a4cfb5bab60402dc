import { installAgent } from "../../../../src/agent/install.ts";
import { variantFor } from "../../../../src/agent/versions.ts";
import { testBaseImage } from "../../engine/engine.ts";
import { agentHost, type AgentHost } from "../../home/agent-context.ts";
import { keepAgents } from "../../home/kept-agents.ts";

/** A home with Copilot's program, which is downloaded once for all tests. */
export async function copilotHost(): Promise<AgentHost> {
  const host = await agentHost({ agent: "copilot" });
  const variant = variantFor(await host.ctx.engine.info())!;
  const { pinned: version } = host.agent.install;
  await installAgent(host.ctx, host.agent, {
    version,
    variant,
    image: async () => await Promise.resolve(testBaseImage),
  });
  await keepAgents(host.ctx.paths.home);
  return host;
}
