/** One figure of the bench: a ratio of two ways of doing the same work, measured in turn; or a figure of its own. */
export interface Entry {
  name: string;
  /** the median of `runs` */
  value: number;
  unit: "ratio" | "MB";
  /** at most this; undefined: reported only */
  goal: number | undefined;
  /** wished for */
  options?: number;
  runs: number[];
  /** seconds, medians: of the way measured and of what it is measured against */
  seconds?: { own: number; other: number };
}

/** A way of doing the work: only `work` is timed. */
export interface Way {
  /** puts things back to where the work starts */
  before?: () => Promise<unknown>;
  work: () => Promise<unknown>;
}

export interface Timed {
  /** seconds */
  own: number[];
  other: number[];
  /** processor time of the whole machine, seconds */
  ownCpu: number[];
  otherCpu: number[];
}

/** A B A B …: what the machine does beside it hits both alike. One round to warm up is not counted. */
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

/** Each round's own ratio, so that a slow moment of the machine does not count for one side only. */
export function ratio(name: string, goal: number | undefined, timed: Timed, options?: number): Entry {
  const runs = timed.own.map((seconds, n) => seconds / (timed.other[n] ?? Number.NaN));
  const seconds = { own: median(timed.own), other: median(timed.other) };
  return {
    name,
    value: median(runs),
    unit: "ratio",
    goal,
    runs,
    seconds,
    ...(options === undefined ? {} : { options }),
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

/** User and system time of everything on the machine, the engine included: `/proc/stat`, in hundredths of a second. */
async function busySeconds(): Promise<number> {
  const { readFile } = await import("node:fs/promises");
  const [, user = 0, nice = 0, system = 0] = (await readFile("/proc/stat", "utf8"))
    .split("\n")[0]!
    .split(/\s+/)
    .map(Number);
  return (user + nice + system) / 100;
}
