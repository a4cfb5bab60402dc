import { spawn } from "node:child_process";
import { join } from "node:path";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { userEnvironment } from "../test/support/home/run-cowork.ts";
import { median, type Entry } from "./measure.ts";
import type { Place } from "./place.ts";
import { shareOfCore } from "./processes.ts";

const secondsPerRound = 15;

/** `cowork wait` for many sessions, none of which reaches the goal: what it takes of one core. */
export async function measureWait(place: Place, names: readonly string[], rounds: number): Promise<Entry[]> {
  const words = ["wait", ...names, "--for", "waiting"];
  const env = userEnvironment(place.home);
  const waiting = spawn(join(place.home.bin, "cowork"), words, { cwd: place.project, env, stdio: "ignore" });
  const ended = once(waiting, "exit");
  try {
    // Its start is another figure.
    await delay(3_000);
    const shares: number[] = [];
    for (let round = 0; round < Math.min(rounds, 2); round += 1)
      shares.push(await shareOfCore(waiting.pid ?? 0, secondsPerRound));
    return [{ name: "wait50_cpu", value: median(shares), unit: "%", goal: 3, runs: shares }];
  } finally {
    waiting.kill("SIGINT");
    await ended;
  }
}
