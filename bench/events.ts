import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { inTurn, ratio, type Entry } from "./measure.ts";
import type { Place } from "./place.ts";

/** `events --since` for the end of a history of 100,000 events, with the same of one that has only that end. */
export async function measureEvents(place: Place, rounds: number): Promise<Entry[]> {
  const state = join(place.home.coworkHome, "state", "bench-s1");
  const files = [join(state, "events.jsonl"), join(state, "journal.jsonl")] as const;
  const start = Date.now();
  const line = (n: number): string => {
    const at = new Date(start - (100_000 - n) * 1000).toISOString();
    const data = { detail: `Bash: make test ${n}`, tool: "Bash", report: `${n}-12.PreToolUse` };
    return `${JSON.stringify({ n, at, source: n % 10 === 0 ? "cowork" : "agent", type: "agent.tool", data })}\n`;
  };
  const write = async (first: number): Promise<void> => {
    const numbers = Array.from({ length: 100_000 - first + 1 }, (_, index) => first + index);
    const text = (own: boolean): string =>
      numbers
        .filter((n) => (n % 10 === 0) === own)
        .map(line)
        .join("");
    await writeFile(files[0], text(false));
    await writeFile(files[1], text(true));
  };
  const since = new Date(start - 100_000).toISOString();
  const work = (): Promise<unknown> => place.cowork("events", "s1", "--json", "--since", since);
  const timed = await inTurn({ before: () => write(1), work }, { before: () => write(99_500), work }, rounds);
  for (const file of files) await rm(file, { force: true });
  return [ratio("events_100k_vs_short", 1.5, timed)];
}
