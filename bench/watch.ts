import { setTimeout as delay } from "node:timers/promises";
import { userEnvironment } from "../test/support/home/run-cowork.ts";
import { openTerminal, type TmuxTerminal } from "../test/support/tmux-terminal.ts";
import { median, type Entry } from "./measure.ts";
import type { Place } from "./place.ts";
import { memoryOf, shareOfCore } from "./processes.ts";

const secondsPerRound = 20;

/** The screen that stays open all day: what it takes while it is looked at, and how fast it follows a key. */
export async function measureWatch(place: Place, rounds: number): Promise<Entry[]> {
  const words = Object.entries(userEnvironment(place.home, { TERM: "xterm-256color" })).map((pair) => pair.join("="));
  const line = ["env", "-i", "-C", place.project, ...words, "sh", "-c", "echo pid=$$; exec cowork watch"];
  const terminal = await openTerminal(line, { columns: 80, rows: 24 });
  try {
    const pid = /pid=(\d+)/.exec(await shows(terminal, /pid=\d+/))?.[1] ?? "";
    await shows(terminal, /q quit/);
    // Its start is another figure.
    await delay(5_000);
    const [cpu, rss]: [number[], number[]] = [[], []];
    for (let round = 0; round < rounds; round += 1) {
      cpu.push(await shareOfCore(pid, secondsPerRound));
      rss.push(await memoryOf(pid));
    }
    const keys = await keyTimes(terminal);
    return [
      { name: "watch50_cpu", value: median(cpu), unit: "%", goal: 3, runs: cpu },
      { name: "watch50_rss", value: median(rss), unit: "MB", goal: 80, runs: rss },
      { name: "watch50_key", value: median(keys), unit: "ms", goal: 100, runs: keys },
    ];
  } finally {
    await terminal.type("q");
    await terminal.close();
  }
}

/** From a key to the moved arrow, as tmux shows it, in ms: with the time that tmux itself takes. */
async function keyTimes(terminal: TmuxTerminal): Promise<number[]> {
  const times: number[] = [];
  for (let n = 0; n < 20; n += 1) {
    const before = await terminal.screen();
    const start = performance.now();
    await terminal.type(n % 2 === 0 ? "j" : "k");
    while (arrow(await terminal.screen()) === arrow(before)) await delay(2);
    times.push(performance.now() - start);
    await delay(300);
  }
  return times;
}

function arrow(screen: string): number {
  return screen.split("\n").findIndex((line) => line.startsWith("›"));
}

/** Waits until the screen matches. @returns the screen */
async function shows(terminal: TmuxTerminal, what: RegExp): Promise<string> {
  for (let waited = 0; waited < 60_000; waited += 50) {
    const screen = await terminal.screen();
    if (what.test(screen)) return screen;
    await delay(50);
  }
  throw new Error(`the terminal does not show ${what}:\n${await terminal.screen()}`);
}
