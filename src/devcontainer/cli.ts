import { createWriteStream } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { finished } from "node:stream/promises";
import { CoworkError, type ErrorCode } from "../errors.ts";
import type { Context } from "../system/context.ts";
import { readTextFile } from "../system/files.ts";
import { plain, plainLines } from "../system/text.ts";
import { cliAnswers } from "./cli-answers.ts";
import { knownCause } from "./cli-causes.ts";
import { detailOf, meaningfulLines, parseEvent, parseResult, renderEvent } from "./cli-output.ts";
import { featureVariables, unpackCli } from "./cli-unpack.ts";
import { withTemporaryFolder } from "./temporary.ts";
import type { JsonObject } from "./types.ts";

export interface CliCall {
  args: readonly string[];
  cwd: string;
  /** log for people, appended to while the CLI runs */
  logFile: string;
  env?: Readonly<Record<string, string | undefined>>;
  /** what is going on, in a few words, whenever that changes */
  onDetail?: (detail: string) => void;
  /** tag for the image that features travel in where there is no BuildKit, and further lines for its Dockerfile */
  features?: { tag: string; lines: readonly string[] };
  /** no feature comes from a registry: then no list of bad features is fetched from the internet first, at every run */
  offline?: boolean;
}

export type CliOutcome =
  | { ok: true; result: JsonObject }
  /** `output`: the log's lines, free of control characters */
  | { ok: false; result: JsonObject | undefined; output: string[] };

/**
 * Runs @devcontainers/cli to its end, with a temporary folder of its own. That it fails is a result.
 * @throws INTERRUPTED when the context's signal fires (its whole process group gets SIGTERM), PROGRAM_MISSING, DISK_FULL
 */
export async function runCli(ctx: Context, call: CliCall): Promise<CliOutcome> {
  const entry = await unpackCli(ctx);
  return withTemporaryFolder(ctx, (temporary) => runIn(ctx, call, entry, temporary));
}

async function runIn(ctx: Context, call: CliCall, entry: string, temporary: string): Promise<CliOutcome> {
  await mkdir(dirname(call.logFile), { recursive: true, mode: 0o700 });
  if (call.offline === true) await placeFeatureList(temporary, ctx.user.name);
  const [out, err] = [join(temporary, "result"), join(temporary, "events")];
  const log = createWriteStream(call.logFile, { flags: "a", mode: 0o600 });
  const written = finished(log);
  written.catch(() => undefined);
  const lines: string[] = [];
  const take = (line: string, stream: "stdout" | "stderr"): void => {
    const event = stream === "stderr" ? parseEvent(line) : undefined;
    if (event === undefined) return;
    const rendered = renderEvent(event);
    lines.push(...rendered);
    if (lines.length > 5000) lines.splice(0, 1000);
    for (const text of rendered) log.write(`${text}\n`);
    const detail = detailOf(event);
    if (detail !== undefined) call.onDetail?.(detail);
  };
  try {
    const answers = await cliAnswers(ctx);
    const args = [...answers.args, entry, ...call.args, "--log-format", "json"];
    ctx.log(`run: ${args.map((part) => JSON.stringify(part)).join(" ")}`);
    // To files: the client of `docker run` lives on for as long as the container (facts) and must hold no pipe of ours.
    const { code } = await ctx.run(ctx.node.path, args, {
      cwd: call.cwd,
      env: { ...ctx.env, ...cliEnvironment(ctx, temporary, call), ...answers.env, ...call.env },
      outputFile: { stdout: out, stderr: err },
      onLine: take,
      signal: ctx.signal,
    });
    const result = parseResult((await readTextFile(out, { maxBytes: 64 * 1024 * 1024 })) ?? "");
    if (code === 0 && result?.["outcome"] === "success") return { ok: true, result };
    return { ok: false, result, output: lines };
  } finally {
    log.end();
    await written.catch(() => undefined);
  }
}

/** Where the CLI keeps the list that it fetches; one that is five minutes old at most is not fetched again. */
async function placeFeatureList(temporary: string, userName: string): Promise<void> {
  const folder = join(temporary, `devcontainercli-${userName}`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(join(folder, "control-manifest.json"), '{"disallowedFeatures":[],"featureAdvisories":[]}');
}

function cliEnvironment(ctx: Context, temporary: string, call: CliCall): Record<string, string | undefined> {
  return {
    TMPDIR: temporary,
    // Debugger and loader options of the caller are not meant for this program.
    NODE_OPTIONS: undefined,
    NODE_NO_WARNINGS: "1",
    // Half of a short `up` would be the parsing of 1.7 MB.
    NODE_COMPILE_CACHE: join(ctx.paths.lib, "devcontainers-cli", ".compile-cache"),
    [featureVariables.tag]: call.features?.tag,
    [featureVariables.labels]: call.features?.lines.join("\n"),
  };
}

/** The failure as an error that says why, as far as the output shows it. */
export function cliError(
  code: ErrorCode,
  what: string,
  outcome: Extract<CliOutcome, { ok: false }>,
  hint: string,
): CoworkError {
  const said = [outcome.result?.["message"], outcome.result?.["description"]].flatMap((text) =>
    typeof text === "string" ? plainLines(text) : [],
  );
  const last = meaningfulLines(outcome.output);
  // Only the end: what a build said before, and got over, is no reason.
  const cause = knownCause([...outcome.output.slice(-40), ...said].join("\n"));
  const own = meaningfulLines(said).at(0);
  const why = cause?.why ?? own ?? last.at(-1) ?? "it ended without saying why";
  const message = `${what}: ${plain(why).replace(/[.:]+$/, "")}.`;
  return new CoworkError(cause?.code ?? code, message, { hint: cause?.hint ?? hint, detail: last.join("\n") });
}
