/** One result: the ratio of two ways of doing the same work, measured alternately, or an absolute value. */
export interface Entry {
  name: string;
  /** the median of `runs` */
  value: number;
  unit: "ratio" | "MB" | "%" | "ms";
  /** upper limit; undefined: only reported */
  goal: number | undefined;
  /** stretch goal */
  stretch?: number;
  runs: number[];
  /** median seconds of the measured way and of the other way */
  seconds?: { own: number; other: number };
}

/** A way of doing the work. Only `work` is timed. */
export interface Way {
  /** restores the state before `work` */
  before?: () => Promise<unknown>;
  work: () => Promise<unknown>;
}

export interface Timed {
  /** seconds */
  own: number[];
  other: number[];
  /** CPU time of the whole machine in seconds */
  ownCpu: number[];
  otherCpu: number[];
}

/** Alternates between both ways, so that other load on the machine affects both equally. Warm-up rounds do not count. */
export async function inTurn(own: Way, other: Way, rounds: number, warmUp = 1): Promise<Timed> {
  const timed: Timed = { own: [], other: [], ownCpu: [], otherCpu: [] };
  for (let round = -warmUp; round < rounds; round += 1) {
    const [a, b] = [await time(own), await time(other)];
    if (round < 0) continue;
    timed.own.push(a.seconds);
    timed.other.push(b.seconds);
    timed.ownCpu.push(a.cpu);
    timed.otherCpu.push(b.cpu);
  }
  return timed;
}

/** Uses the ratio of each round, so that a slow moment of the machine does not affect one side only. */
export function ratio(name: string, goal: number | undefined, timed: Timed, stretch?: number): Entry {
  const runs = timed.own.map((seconds, n) => seconds / (timed.other[n] ?? Number.NaN));
  const seconds = { own: median(timed.own), other: median(timed.other) };
  return {
    name,
    value: median(runs),
    unit: "ratio",
    goal,
    runs,
    seconds,
    ...(stretch === undefined ? {} : { stretch }),
  };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low, high] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[middle]];
  return low === undefined || high === undefined ? Number.NaN : (low + high) / 2;
}

async function time({ before, work }: Way): Promise<{ seconds: number; cpu: number }> {
  await before?.();
  const [cpu, start] = [await busySeconds(), performance.now()];
  await work();
  const seconds = (performance.now() - start) / 1000;
  return { seconds, cpu: (await busySeconds()) - cpu };
}

/** User and system time of all processes, including the engine, from `/proc/stat` (hundredths of a second). */
async function busySeconds(): Promise<number> {
  const { readFile } = await import("node:fs/promises");
  const [, user = 0, nice = 0, system = 0] = (await readFile("/proc/stat", "utf8"))
    .split("\n")[0]!
    .split(/\s+/)
    .map(Number);
  return (user + nice + system) / 100;
}
