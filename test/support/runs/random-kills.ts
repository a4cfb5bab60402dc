import { existsSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import type { RunView } from "../../../src/contract/work/run.ts";
import { CoworkError } from "../../../src/errors.ts";
import { isActive } from "../../../src/work/runs/run-state.ts";
import { readRun } from "../../../src/work/runs/run-files.ts";
import { readPid } from "../../../src/work/runs/output/live-files.ts";
import { generator } from "../git/random.ts";
import type { RunHost } from "./run-host.ts";

/**
 * Ends supervisors, and makes calls of the engine fail, at random moments of a run. After each one the run must be in a legal state, all
 * that was accepted must be kept, and another run must continue the conversation, alone, to a good end.
 * @returns what was wrong, one line each
 */
export async function randomKills(host: RunHost, name: string, steps: number, seed: number): Promise<string[]> {
  const random = generator(seed);
  const wrong: string[] = [];
  for (let step = 0; step < steps; step += 1) {
    const report = (what: string): void => void wrong.push(`seed ${seed}, step ${step}: ${what}`);
    const words = Array.from({ length: 5 }, (_, at) => `say word${at}; sleep 0.05`).join("; ");
    const run = await host.create(name, host.wanted(`@@${words}; good fine@@`, { commit: "auto" }));
    await interrupted(host, run, random);
    const after = readRun(host.ctx, run.sessionId, run.n);
    if (after === undefined || (isActive(after) && after.state !== "created")) report(`is ${after?.state}`);
    const output = await host.file(run, "output.jsonl").catch(() => "");
    const said = [...output.matchAll(/word(\d)/g)].map((match) => Number(match[1]));
    if (said.some((word, at) => word !== at)) report(`output ${said.join()}`);
    if (after?.state === "completed" && said.length !== 5) report(`completed with ${said.join()}`);
    if (after?.state === "created") await supervised(host, run);

    const resume = readRun(host.ctx, run.sessionId, run.n)?.startedAt === undefined ? {} : { resume: run.n };
    const next = await supervised(host, await host.create(name, host.wanted("@@good again@@", resume)));
    if (next.state !== "completed" || next.result !== "again") report(`the next run: ${JSON.stringify(next)}`);
    if ("resume" in resume && next.conversation !== run.conversation) report("another conversation");
    const left = readPid(host.ctx, run.sessionId, run.n);
    if (left !== undefined && existsSync(`/proc/${left.pid}`)) report("its agent is alive");
  }
  return wrong;
}

async function interrupted(host: RunHost, run: RunView, random: () => number): Promise<void> {
  const killed = new AbortController();
  const failing = random() < 0.3 ? Math.ceil(random() * 8) : 0;
  let calls = 0;
  host.onExec = () => {
    if ((calls += 1) === failing) throw new CoworkError("ENGINE_UNREACHABLE", "no answer");
  };
  const done = host.supervise(run, { ctx: { ...host.ctx, signal: killed.signal } }).catch(() => undefined);
  await Promise.race([done, delay(random() * 1200)]);
  killed.abort(new CoworkError("INTERRUPTED", "killed"));
  await done;
  host.onExec = () => undefined;
}

async function supervised(host: RunHost, run: RunView): Promise<RunView> {
  return await host.supervise(run);
}
