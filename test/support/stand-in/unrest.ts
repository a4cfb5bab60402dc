import { execa } from "execa";
import { endAgent } from "../../../src/agent/inside.ts";
import { generator } from "../git/random.ts";
import type { AgentHost } from "../home/agent-context.ts";
import { endAccessToken, plainSession, type PlainSession, type Ran } from "./plain-session.ts";
import type { Vendor } from "./vendor.ts";

export interface UnrestOptions {
  sessions: number;
  steps: number;
  /** the same seed repeats the same steps (except for the machine's timing) */
  seed: number;
}

/**
 * Sessions send requests with an access token that is expired each time, while they are randomly stopped (by cowork's procedure
 * and by plain `docker stop`), started and replaced, also in the middle of token refreshes.
 * @returns the answer of each session at the end
 */
export async function unrest(host: AgentHost, vendor: Vendor, options: UnrestOptions): Promise<string[]> {
  const random = generator(options.seed);
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)]!;
  const sessions: PlainSession[] = [];
  for (let i = 0; i < options.sessions; i += 1) sessions.push(await plainSession(host, vendor, { id: `p-${i}` }));
  const asking = new Map<number, Promise<Ran>>();
  const ask = (index: number): Promise<Ran> => sessions[index]!.run(["claude", "-p", "hi"]);
  const settled = async (index: number): Promise<void> => {
    await asking.get(index);
    asking.delete(index);
  };

  // the agent refreshes a token that expires within minutes
  await vendor.control({ expiresIn: 60, refreshDelay: 300 });
  await endAccessToken(host);
  for (let step = 0; step < options.steps; step += 1) {
    const index = Math.floor(random() * sessions.length);
    const { container, id } = sessions[index]!;
    await vendor.control({ expiresIn: 60, refreshDelay: pick([0, 300, 1_000, 1_500]) });
    const action = pick(["ask", "ask", "ask", "stop", "docker stop", "replace"]);
    if (action === "ask" && !asking.has(index)) asking.set(index, ask(index));
    await new Promise((resolve) => setTimeout(resolve, random() * 1_500));
    if (action === "ask") continue;
    if (action !== "docker stop") await endAgent(host.ctx, host.agent, container);
    await execa("docker", ["stop", container]);
    await settled(index);
    if (action === "replace") {
      await execa("docker", ["rm", container]);
      sessions[index] = await plainSession(host, vendor, { id });
    } else {
      await execa("docker", ["start", container]);
    }
  }
  for (const index of asking.keys()) await settled(index);
  await vendor.control({});
  return Promise.all(sessions.map(async (one) => (await one.run(["claude", "-p", "hi"])).out));
}
