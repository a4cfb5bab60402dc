import { execa } from "execa";
import { endAgent } from "../../../src/agent/inside.ts";
import { generator } from "../git/random.ts";
import type { AgentHost } from "../home/agent-context.ts";
import { endAccessToken, plainSession, type PlainSession } from "./plain-session.ts";
import type { Vendor } from "./vendor.ts";

export interface UnrestOptions {
  sessions: number;
  steps: number;
  /** steps are added until the vendor has seen so many token refreshes, up to five times `steps` */
  refreshes: number;
  /** the same seed repeats the same steps (except for the machine's timing) */
  seed: number;
}

export interface UnrestResult {
  /** of each session at the end */
  answers: string[];
  /** token refreshes while sessions were stopped, started and replaced */
  refreshes: number;
}

/**
 * Sessions send requests with an access token that is expired each time, while they are randomly stopped (by cowork's procedure
 * and by plain `docker stop`), started and replaced, also in the middle of token refreshes.
 */
export async function unrest(host: AgentHost, vendor: Vendor, options: UnrestOptions): Promise<UnrestResult> {
  const random = generator(options.seed);
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)]!;
  const sessions: PlainSession[] = [];
  for (let i = 0; i < options.sessions; i += 1) sessions.push(await plainSession(host, vendor, { id: `p-${i}` }));
  const asking = new Map<number, Promise<void>>();
  const ask = (index: number): void => {
    const asked = sessions[index]!.run(["claude", "-p", "hi"]).then(() => void asking.delete(index));
    asking.set(index, asked);
  };
  const before = await countRefreshes(vendor);
  const refreshes = async (): Promise<number> => (await countRefreshes(vendor)) - before;
  /** Waits for the next token refresh. A slow machine needs seconds until an agent gets there. */
  const nextRefresh = async (): Promise<void> => {
    const seen = await refreshes();
    while (asking.size > 0 && (await refreshes()) === seen) await new Promise((resolve) => setTimeout(resolve, 20));
  };

  // the agent refreshes a token that expires within minutes
  await vendor.control({ expiresIn: 60, refreshDelay: 300 });
  await endAccessToken(host);
  const isEnough = async (step: number): Promise<boolean> =>
    step >= options.steps && (step >= 5 * options.steps || (await refreshes()) >= options.refreshes);
  for (let step = 0; !(await isEnough(step)); step += 1) {
    const index = Math.floor(random() * sessions.length);
    const refreshDelay = pick([0, 300, 1_000, 1_500]);
    const action = pick(["ask", "ask", "ask", "stop", "docker stop", "replace"]);
    const isDuringRefresh = pick([true, true, false]);
    const moment = random();
    const { container, id } = sessions[index]!;
    await vendor.control({ expiresIn: 60, refreshDelay });
    if (action === "ask" && !asking.has(index)) ask(index);
    if (action === "ask") continue;
    if (isDuringRefresh) await nextRefresh();
    // a random moment, also one between two refreshes
    await new Promise((resolve) => setTimeout(resolve, moment * 1_500));
    if (action !== "docker stop") await endAgent(host.ctx, host.agent, container);
    await execa("docker", ["stop", container]);
    await asking.get(index);
    if (action === "replace") {
      await execa("docker", ["rm", container]);
      sessions[index] = await plainSession(host, vendor, { id });
    } else {
      await execa("docker", ["start", container]);
    }
  }
  await Promise.all(asking.values());
  const seen = await refreshes();
  await vendor.control({});
  const answers = await Promise.all(sessions.map(async (one) => (await one.run(["claude", "-p", "hi"])).out));
  return { answers, refreshes: seen };
}

async function countRefreshes(vendor: Vendor): Promise<number> {
  return (await vendor.journal()).filter((entry) => entry.what === "refresh").length;
}
