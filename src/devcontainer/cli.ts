import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CoworkError, type ErrorCode } from "../errors.ts";
import type { Hint } from "../hint.ts";
import type { Context } from "../system/context.ts";
import { readTextFile } from "../system/files.ts";
import { plain, plainLines } from "../system/text.ts";
import { cliAdditions } from "./cli-additions.ts";
import { knownCause } from "./cli-causes.ts";
import { openLog, type CliLog } from "./cli-log.ts";
import { meaningfulLines, parseResult } from "./cli-output.ts";
import { featureVariables, unpackCli } from "./cli-unpack.ts";
import { withTemporaryFolder } from "./temporary.ts";
import type { JsonObject } from "./types.ts";

/** What has to be known of a call before the program is started. */
export interface CliPlace {
  cwd: string;
  env?: Readonly<Record<string, string | undefined>>;
  /** tag for the image that features travel in where there is no BuildKit, and further lines for its Dockerfile */
  features?: { tag: string; lines: readonly string[] };
  /** no feature comes from a registry: then no list of bad features is fetched from the internet first, at every run */
  offline?: boolean;
}

export interface CliWords {
  args: readonly string[];
  /** log for people, appended to while the CLI runs */
  logFile: string;
  /** what is going on, in a few words, whenever that changes */
  onDetail?: (detail: string) => void;
}

export type CliOutcome =
  | { ok: true; result: JsonObject }
  /** `output`: the log's lines, free of control characters */
  | { ok: false; result: JsonObject | undefined; output: string[] };

/** The program, started and waiting for what it is to do. One of the two has to be called. */
export interface StartedCli {
  /**
   * Runs it to its end. That it fails is a result.
   * @throws INTERRUPTED when the context's signal fires (its whole process group gets SIGTERM), PROGRAM_MISSING, DISK_FULL
   */
  run(words: CliWords): Promise<CliOutcome>;
  /** Sends it away, unless it was told to run; comes back when it has gone. */
  leave(): Promise<void>;
}

/**
 * Starts @devcontainers/cli, with a temporary folder of its own: it loads while the caller still prepares what it is to do, which
 * saves a tenth of a quick `up`.
 */
export function startCli(ctx: Context, place: CliPlace): StartedCli {
  const words = Promise.withResolvers<CliWords | undefined>();
  const outcome = withTemporaryFolder(ctx, (temporary) => runIn(ctx, place, words.promise, temporary));
  // whoever calls `run` is told
  outcome.catch(() => undefined);
  return {
    run: async (wish) => {
      words.resolve(wish);
      return await outcome;
    },
    leave: async () => {
      words.resolve(undefined);
      await outcome.catch(() => undefined);
    },
  };
}

/** Runs it at once. Throws as `StartedCli.run`. */
export async function runCli(ctx: Context, call: CliPlace & CliWords): Promise<CliOutcome> {
  return await startCli(ctx, call).run(call);
}

async function runIn(
  ctx: Context,
  place: CliPlace,
  words: Promise<CliWords | undefined>,
  temporary: string,
): Promise<CliOutcome> {
  const [entry, additions] = await Promise.all([unpackCli(ctx), cliAdditions(ctx)]);
  if (place.offline === true) await placeFeatureList(temporary, ctx.user.name);
  const [out, err] = [join(temporary, "result"), join(temporary, "events")];
  let log: CliLog | undefined;
  // To files: the client of `docker run` lives on for as long as the container (facts) and must hold no pipe of ours.
  const running = ctx.run(ctx.node.path, [...additions.args, entry], {
    cwd: place.cwd,
    env: { ...ctx.env, ...cliEnvironment(temporary, place), ...additions.env, ...place.env },
    input: words.then((wish) => (wish === undefined ? "" : JSON.stringify([...wish.args, "--log-format", "json"]))),
    outputFile: { stdout: out, stderr: err },
    onLine: (line, stream) => void (stream === "stderr" && log?.take(line)),
    signal: ctx.signal,
  });
  running.catch(() => undefined);
  try {
    const wish = await words;
    if (wish !== undefined) {
      ctx.log(`run: devcontainer ${wish.args.map((part) => JSON.stringify(part)).join(" ")}`);
      log = await openLog(wish.logFile, wish.onDetail);
    }
    const { code } = await running;
    const result = parseResult((await readTextFile(out, { maxBytes: 64 * 1024 * 1024 })) ?? "");
    if (code === 0 && result?.["outcome"] === "success") return { ok: true, result };
    return { ok: false, result, output: log?.lines ?? [] };
  } finally {
    await running.catch(() => undefined);
    await log?.close();
  }
}

/** Where the CLI keeps the list that it fetches; one that is five minutes old at most is not fetched again. */
async function placeFeatureList(temporary: string, userName: string): Promise<void> {
  const folder = join(temporary, `devcontainercli-${userName}`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(join(folder, "control-manifest.json"), '{"disallowedFeatures":[],"featureAdvisories":[]}');
}

function cliEnvironment(temporary: string, place: CliPlace): Record<string, string | undefined> {
  return {
    TMPDIR: temporary,
    // Debugger and loader options of the caller are not meant for this program.
    NODE_OPTIONS: undefined,
    NODE_NO_WARNINGS: "1",
    [featureVariables.tag]: place.features?.tag,
    [featureVariables.labels]: place.features?.lines.join("\n"),
  };
}

/** The failure as an error that says why, as far as the output shows it. */
export function cliError(
  code: ErrorCode,
  what: string,
  outcome: Extract<CliOutcome, { ok: false }>,
  hint: Hint,
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
