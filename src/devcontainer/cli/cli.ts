import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Context } from "../../system/context.ts";
import { readTextFile } from "../../system/files/files.ts";
import { cliPreloads } from "./cli-preloads.ts";
import { openLog, type CliLog } from "./cli-log.ts";
import type { WaitedCall } from "../cli-preload/wait-for-call.ts";
import { parseResult, type CliEvent } from "./cli-output.ts";
import { featureVariables, unpackCli } from "./cli-unpack.ts";
import { withTemporaryFolder } from "./temporary.ts";
import type { JsonObject } from "../types.ts";

export interface CliCall {
  args: readonly string[];
  cwd: string;
  /** added to the caller's */
  env?: Readonly<Record<string, string>>;
  /** without BuildKit: tag of the image that carries the features, and more lines for its Dockerfile */
  features?: { tag: string; lines: readonly string[] };
  /** no feature comes from a registry, so the CLI need not download its list of disallowed features at every run */
  offline?: boolean;
  /** log file for people, appended to while the CLI runs */
  logFile: string;
  /** called with a few words when the current step changes */
  onDetail?: (detail: string) => void;
}

export type CliOutcome =
  | { ok: true; result: JsonObject }
  /** `events`: the unchanged events; if there are very many, the last ones */
  | { ok: false; result: JsonObject | undefined; events: CliEvent[] };

/** A process of @devcontainers/cli that has loaded the program, or still does, and waits: without a call it does nothing. */
export interface LoadedCli extends AsyncDisposable {
  /**
   * Makes the one call, to its end. A failure of the CLI is a result, not an error.
   * @throws INTERRUPTED when the context's signal fires (its whole process group gets SIGTERM), PROGRAM_MISSING, DISK_FULL
   */
  run(call: CliCall): Promise<CliOutcome>;
}

/** Makes one call; see `LoadedCli.run`. */
export async function runCli(ctx: Context, call: CliCall): Promise<CliOutcome> {
  await using cli = loadCli(ctx);
  return await cli.run(call);
}

/**
 * Starts the process, with its own temporary folder. Node and the program take 70 ms to load. `init` of one session takes an
 * eighth less time because they are loaded while it makes the clone.
 */
export function loadCli(ctx: Context): LoadedCli {
  const call = Promise.withResolvers<Begun | undefined>();
  const outcome = withTemporaryFolder(ctx, (temporary) => runIn(ctx, temporary, call.promise));
  outcome.catch(() => undefined);
  return {
    run: async (given) => {
      ctx.log(`run: devcontainer ${given.args.map((part) => JSON.stringify(part)).join(" ")}`);
      const log = await openLog(given.logFile, given.onDetail);
      try {
        call.resolve({ ...given, log });
        return await outcome;
      } finally {
        await log.close();
      }
    },
    [Symbol.asyncDispose]: async () => {
      call.resolve(undefined);
      await outcome.catch(() => undefined);
    },
  };
}

type Begun = CliCall & { log: CliLog };

async function runIn(ctx: Context, temporary: string, call: Promise<Begun | undefined>): Promise<CliOutcome> {
  const [entry, additions] = await Promise.all([unpackCli(ctx), cliPreloads(ctx)]);
  const [out, err] = [join(temporary, "result"), join(temporary, "events")];
  let log: CliLog | undefined;
  const input = call.then(async (begun) => {
    if (begun === undefined) return "";
    if (begun.offline === true) await placeFeatureList(temporary, ctx.user.name);
    ({ log } = begun);
    return renderCall(begun);
  });
  // Files, not pipes: the client of `docker run` lives as long as the container (facts) and would keep our pipes open.
  const { code } = await ctx.run(ctx.node.path, [...additions.args, entry], {
    cwd: temporary,
    env: {
      ...ctx.env,
      TMPDIR: temporary,
      // The caller's debugger and loader options are not meant for this program.
      NODE_OPTIONS: undefined,
      NODE_NO_WARNINGS: "1",
      ...additions.env,
      COWORK_CLI_WAIT: "1",
      COWORK_CLI_COMPILED: join(dirname(entry), ".compiled"),
    },
    input,
    outputFile: { stdout: out, stderr: err },
    onLine: (line, stream) => void (stream === "stderr" && log?.take(line)),
    signal: ctx.signal,
  });
  // Reports why there was no call, if that is so.
  await input;
  const result = parseResult((await readTextFile(out, { maxBytes: 64 * 1024 * 1024 })) ?? "");
  if (code === 0 && result?.["outcome"] === "success") return { ok: true, result };
  return { ok: false, result, events: log?.events ?? [] };
}

function renderCall({ args, cwd, env, features }: CliCall): string {
  const call: WaitedCall = {
    args: [...args, "--log-format", "json"],
    cwd,
    env: {
      [featureVariables.tag]: features?.tag ?? "",
      [featureVariables.labels]: features?.lines.join("\n") ?? "",
      ...env,
    },
  };
  return JSON.stringify(call);
}

/** Puts an empty list where the CLI keeps the one that it downloads. It does not download again for five minutes. */
async function placeFeatureList(temporary: string, userName: string): Promise<void> {
  const folder = join(temporary, `devcontainercli-${userName}`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(join(folder, "control-manifest.json"), '{"disallowedFeatures":[],"featureAdvisories":[]}');
}
