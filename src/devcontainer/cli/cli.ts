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

/**
 * Runs @devcontainers/cli to its end, with its own temporary folder. A failure of the CLI is a result, not an error.
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
    // Files, not pipes: the client of `docker run` lives as long as the container (facts) and would keep our pipes open.
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

/** Puts an empty list where the CLI keeps the one that it downloads. It does not download again for five minutes. */
async function placeFeatureList(temporary: string, userName: string): Promise<void> {
  const folder = join(temporary, `devcontainercli-${userName}`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(join(folder, "control-manifest.json"), '{"disallowedFeatures":[],"featureAdvisories":[]}');
}

function cliEnvironment(temporary: string, { features }: CliCall): Record<string, string | undefined> {
  return {
    TMPDIR: temporary,
    // The caller's debugger and loader options are not meant for this program.
    NODE_OPTIONS: undefined,
    NODE_NO_WARNINGS: "1",
    [featureVariables.tag]: features?.tag,
    [featureVariables.labels]: features?.lines.join("\n"),
  };
}
