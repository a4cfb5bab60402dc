import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Context } from "../../system/context.ts";
import { readTextFile } from "../../system/files/files.ts";
import { cliAdditions } from "./cli-preloads.ts";
import { openLog } from "./cli-log.ts";
import { parseResult, type CliEvent } from "./cli-output.ts";
import { featureVariables, unpackCli } from "./cli-unpack.ts";
import { withTemporaryFolder } from "./temporary.ts";
import type { JsonObject } from "../types.ts";

export interface CliCall {
  args: readonly string[];
  cwd: string;
  env?: Readonly<Record<string, string | undefined>>;
  /** tag for the image that features travel in where there is no BuildKit, and further lines for its Dockerfile */
  features?: { tag: string; lines: readonly string[] };
  /** no feature comes from a registry: then no list of bad features is fetched from the internet first, at every run */
  offline?: boolean;
  /** log for people, appended to while the CLI runs */
  logFile: string;
  /** what is going on, in a few words, whenever that changes */
  onDetail?: (detail: string) => void;
}

export type CliOutcome =
  | { ok: true; result: JsonObject }
  /** `events`: what it said, as it said it; of very much the last */
  | { ok: false; result: JsonObject | undefined; events: CliEvent[] };

/**
 * Runs @devcontainers/cli to its end, with a temporary folder of its own. That it fails is a result.
 * @throws INTERRUPTED when the context's signal fires (its whole process group gets SIGTERM), PROGRAM_MISSING, DISK_FULL
 */
export async function runCli(ctx: Context, call: CliCall): Promise<CliOutcome> {
  return await withTemporaryFolder(ctx, (temporary) => runIn(ctx, call, temporary));
}

async function runIn(ctx: Context, call: CliCall, temporary: string): Promise<CliOutcome> {
  const [entry, additions] = await Promise.all([unpackCli(ctx), cliAdditions(ctx)]);
  if (call.offline === true) await placeFeatureList(temporary, ctx.user.name);
  const [out, err] = [join(temporary, "result"), join(temporary, "events")];
  ctx.log(`run: devcontainer ${call.args.map((part) => JSON.stringify(part)).join(" ")}`);
  const log = await openLog(call.logFile, call.onDetail);
  try {
    // To files: the client of `docker run` lives on for as long as the container (facts) and must hold no pipe of ours.
    const { code } = await ctx.run(ctx.node.path, [...additions.args, entry, ...call.args, "--log-format", "json"], {
      cwd: call.cwd,
      env: {
        ...ctx.env,
        ...cliEnvironment(temporary, call),
        ...additions.env,
        COWORK_CLI_COMPILED: join(dirname(entry), ".compiled"),
        ...call.env,
      },
      outputFile: { stdout: out, stderr: err },
      onLine: (line, stream) => void (stream === "stderr" && log.take(line)),
      signal: ctx.signal,
    });
    const result = parseResult((await readTextFile(out, { maxBytes: 64 * 1024 * 1024 })) ?? "");
    if (code === 0 && result?.["outcome"] === "success") return { ok: true, result };
    return { ok: false, result, events: log.events };
  } finally {
    await log.close();
  }
}

/** Where the CLI keeps the list that it fetches; one that is five minutes old at most is not fetched again. */
async function placeFeatureList(temporary: string, userName: string): Promise<void> {
  const folder = join(temporary, `devcontainercli-${userName}`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(join(folder, "control-manifest.json"), '{"disallowedFeatures":[],"featureAdvisories":[]}');
}

function cliEnvironment(temporary: string, { features }: CliCall): Record<string, string | undefined> {
  return {
    TMPDIR: temporary,
    // Debugger and loader options of the caller are not meant for this program.
    NODE_OPTIONS: undefined,
    NODE_NO_WARNINGS: "1",
    [featureVariables.tag]: features?.tag,
    [featureVariables.labels]: features?.lines.join("\n"),
  };
}
