import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { execa } from "execa";
import { userEnvironment } from "../test/support/home/run-cowork.ts";
import { git } from "../test/support/git/sample-project.ts";
import { inTurn, median, ratio, type Entry } from "./measure.ts";
import { names, type Place } from "./place.ts";

/** Creating sessions, compared with ways without cowork. All ways have cached image layers. */
export async function measureInit(place: Place, rounds: number, count: number): Promise<Entry[]> {
  const sessions = names(count);
  const own = {
    before: () => place.cowork("clean", "--all", "--force"),
    work: () => place.cowork("init", ...sessions),
  };
  const loop = { before: () => place.clear(), work: () => place.upLoop(count) };
  const byLoop = await inTurn(own, loop, rounds);
  const byFloor = await inTurn(own, { before: () => place.clear(), work: () => floor(place, count) }, rounds);
  const one = { before: () => place.cowork("clean", "s1", "--force"), work: () => place.cowork("init", "s1") };
  const byUp = await inTurn(one, { before: () => place.clear(), work: () => place.upLoop(1) }, rounds);
  await place.clear();
  const cpu = { ...byLoop, own: byLoop.ownCpu, other: byLoop.otherCpu };
  return [
    ratio("init8_vs_loop", 0.45, byLoop, 0.35),
    ratio("init8_vs_floor", 4, byFloor, 2.5),
    ratio("init1_vs_up", 0.9, byUp),
    ratio("init8_cpu_vs_loop", 0.65, cpu),
    await peakMemory(place, sessions, Math.min(rounds, 3)),
  ];
}

/** The minimum amount of work: one image, then clones and containers in parallel. */
async function floor(place: Place, count: number): Promise<void> {
  const image = "cowork-bench-floor:latest";
  await place.run("docker", "build", "-q", "-t", image, join(place.project, ".devcontainer"));
  await mkdir(place.scratch, { recursive: true });
  const one = async (n: number): Promise<void> => {
    const clone = join(place.scratch, `floor${n}`);
    await git(place.project, "clone", "-q", place.project, clone);
    await place.run("docker", "run", "-d", "--label", place.label, "-v", `${clone}:/work`, image, "sleep", "infinity");
  };
  await Promise.all(Array.from({ length: count }, (_, n) => one(n)));
}

/** Peak memory of cowork's own process, as the kernel reports it (VmHWM). */
async function peakMemory(place: Place, sessions: readonly string[], rounds: number): Promise<Entry> {
  const runs: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    await place.cowork("clean", "--all", "--force");
    const env = userEnvironment(place.home);
    const child = execa("cowork", ["init", ...sessions], {
      cwd: place.project,
      env,
      extendEnv: false,
      stdin: "ignore",
    });
    let peak = 0;
    const running = { yes: true };
    const end = child.finally(() => (running.yes = false));
    while (running.yes) {
      const status = await readFile(`/proc/${child.pid}/status`, "utf8").catch(() => "");
      peak = Math.max(peak, Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0));
      await delay(20);
    }
    await end;
    runs.push(peak / 1024);
  }
  return { name: "rss_init8", value: median(runs), unit: "MB", goal: 150, runs };
}

/** Starting stopped sessions. */
export async function measureStart(place: Place, rounds: number, count: number): Promise<Entry[]> {
  await floor(place, count);
  const ids = (await place.run("docker", "ps", "-q", "--filter", `label=${place.label}`)).split("\n");
  const timed = await inTurn(
    { before: () => place.cowork("stop"), work: () => place.cowork("start") },
    { before: () => place.run("docker", "stop", "-t", "0", ...ids), work: () => place.run("docker", "start", ...ids) },
    rounds,
  );
  await place.clear();
  return [ratio("start8_vs_docker_start", 3, timed, 2)];
}
