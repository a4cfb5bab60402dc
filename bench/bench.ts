// Measures cowork as ratios to other ways of doing the same work. `npm run bench -- --help`
import { writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { tree } from "../test/support/git/tree.ts";
import { measureAtWork } from "./at-work.ts";
import { measureClone, measureSizes } from "./clones.ts";
import { measureCommands } from "./commands.ts";
import { measureConflicts } from "./conflicts.ts";
import { addSessions } from "./many-sessions.ts";
import { measureEvents } from "./events.ts";
import type { Entry } from "./measure.ts";
import { createPlace, names } from "./place.ts";
import { measureNotify } from "./notify.ts";
import { measurePage } from "./page.ts";
import { renderTable, type Report } from "./report.ts";
import { measureGrowth } from "./growth.ts";
import { measureReplay, measureServe } from "./serve.ts";
import { measureInit, measureStart } from "./sessions.ts";
import { measureWait } from "./wait.ts";
import { measureWatch } from "./watch.ts";

const usage = `npm run bench -- [--rounds N] [--json] [--smoke] [--write]

  --rounds N  number of measured rounds, after one warm-up round (default 5)
  --json      one JSON value on stdout instead of a table
  --smoke     small sizes, one round: checks that the benchmark itself works
  --write     also write docs/bench.json, from which npm run bench:docs makes the chart and the tables`;

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    json: { type: "boolean", default: false },
    smoke: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

const smallSizes = [{ files: 20, history: 1 }];
const repositorySizes = [
  { files: 100, history: 1 },
  { files: 1_000, history: 10 },
  { files: 10_000, history: 100 },
  { files: 10_000, history: 1_000 },
  { files: 100_000, history: 100 },
];

if (values.help) console.log(usage);
else await main();

async function main(): Promise<void> {
  const rounds = values.smoke ? 1 : Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error(`--rounds must be a number of at least 1.\n${usage}`);
  const count = values.smoke ? 2 : 8;
  const say = (text: string): void => console.error(`bench: ${text}`);
  const place = await createPlace();
  const stop = (): void => void place.remove().finally(() => (process.exitCode = 130));
  process.once("SIGINT", stop);
  try {
    say(`${count} sessions, ${rounds} rounds; the first init builds the image`);
    await place.cowork("init", ...names(count));
    const entries: Entry[] = [];
    say("init");
    entries.push(...(await measureInit(place, rounds, count)));
    await place.cowork("init", ...names(count));
    say("start");
    entries.push(...(await measureStart(place, rounds, count)));
    say("connect, version, completion, list");
    entries.push(...(await measureCommands(place, rounds)));
    entries.push(...(await measureEvents(place, rounds)));
    say("hook, state, answer");
    entries.push(...(await measureAtWork(place, rounds)));
    entries.push(...(await measureNotify(place, names(count), rounds)));
    say("watch, wait, serve, the page");
    const many = await addSessions(place, values.smoke ? 3 : 50 - count);
    entries.push(...(await measureWatch(place, rounds)));
    entries.push(...(await measureWait(place, many.names, rounds)));
    entries.push(...(await measureServe(place, rounds)));
    entries.push(...(await measurePage(place, rounds, count + many.names.length)));
    await many.remove();
    entries.push(...(await measureReplay(place, rounds)));
    say("clone");
    entries.push(
      ...(await measureClone(
        place,
        rounds,
        values.smoke ? { files: 200, history: 2 } : { files: 20_000, history: 300 },
      )),
    );
    say("conflicts");
    const compared = values.smoke ? { files: 200, counts: [3] } : { files: 20_000, counts: [8, 50] };
    entries.push(...(await measureConflicts(Math.min(rounds, 3), compared)));
    say("growth");
    const growth = await measureGrowth(place, values.smoke ? [1, 2] : [1, 2, 4, 8, 16, 32]);
    say("size of the repository");
    const sizes = await measureSizes(place, values.smoke ? smallSizes : repositorySizes, Math.min(rounds, 3));
    const report: Report = {
      date: new Date().toISOString().slice(0, 10),
      cores: availableParallelism(),
      rounds,
      entries,
      growth,
      sizes,
    };
    const json = `${JSON.stringify(report, null, 2)}\n`;
    if (values.write) await writeFile(join(tree, "docs", "bench.json"), json);
    process.stdout.write(values.json ? json : `${renderTable(report)}\n`);
  } finally {
    process.off("SIGINT", stop);
    await place.remove();
  }
}
