import { appendFile } from "node:fs/promises";
import { join } from "node:path";
import type { ProgressEvent } from "../../../src/events.ts";
import { runJobProcess } from "../../../src/jobs/job-process.ts";
import { systemClock } from "../../../src/system/clock.ts";
import type { Context } from "../../../src/system/context.ts";
import { pathExists } from "../../../src/system/files/files.ts";
import { coworkPaths } from "../../../src/system/paths.ts";

// Replaces `cowork __host job <folder>`: its `init` reports that it runs, and ends when the file `go` exists.

const folder = process.argv.at(-1) ?? "";
const home = process.env["COWORK_HOME"] ?? "";
const at = (name: string): string => join(home, name);

const base = {
  paths: coworkPaths(home),
  clock: systemClock,
  signal: new AbortController().signal,
  log: () => undefined,
} as unknown as Context;

async function init(ctx: Context): Promise<unknown> {
  await appendFile(at("runs"), `${process.pid}\n`);
  const say = (detail: string): void =>
    ctx.report({ session: "a", step: "clone", state: "note", detail } satisfies ProgressEvent);
  say("begun");
  if (await pathExists(at("ask"))) say(`answer ${await ctx.ask({ kind: "confirm", text: "Really?" })}`);
  for (let n = 0; !(await pathExists(at("go"))); n++) {
    await ctx.clock.sleep(20, ctx.signal);
    if (n % 5 === 0) say(`still ${n / 5}`);
  }
  say("ends");
  return [{ name: "a", by: process.pid }];
}

await runJobProcess(base, folder, init);
