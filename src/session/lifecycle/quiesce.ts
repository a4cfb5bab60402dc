import { CoworkError } from "../../errors.ts";
import type { Context } from "../../system/context.ts";
import { plainLines } from "../../system/text.ts";

const program = "/opt/cowork/bin/quiesce";

/** The script gives up after 8 s, but an engine under load may be slow to start it. */
const limitMs = 30_000;

/** Exit codes of a shell that cannot run a program: the image was made by another version, or the container is not a session's. */
const cannotRunCodes = [126, 127];

/** The kernel's answer about signals of PID 1, read before anything ends, in the same exec. */
const script = `while read -r key value; do
  case $key in SigBlk: | SigCgt:) echo "$key $value" ;; esac
done </proc/1/status
exec ${program} --exec`;

export interface Quiesced {
  /** names of the processes still alive after 8 s, safe for a terminal; empty if all ended */
  left: string[];
  /** only PID 1 is left, and the engine's SIGTERM does not reach it: waiting cannot help */
  ignoresTerm: boolean;
}

/**
 * Ends the processes in a running container, except PID 1: SIGTERM and time to finish, then SIGHUP to shells
 * (`templates/container/quiesce`). Does nothing if PID 1 is not the container's own, or the script is missing.
 * @throws ENGINE_UNREACHABLE, INTERRUPTED
 */
export async function quiesce(ctx: Context, containerId: string): Promise<Quiesced> {
  const nothing: Quiesced = { left: [], ignoresTerm: false };
  const container = await ctx.engine.findContainer(containerId);
  // `host` and `container:…`: the script would see processes that are not this container's.
  if (container?.state !== "running" || !["", "private"].includes(container.pidMode)) return nothing;
  try {
    const spec = { command: ["/bin/sh", "-c", script] as const, user: "0", workingDir: "/" };
    const { code, stdout } = await ctx.engine.exec(containerId, spec, {
      timeoutMs: limitMs,
      maxOutput: 64 * 1024,
      signal: ctx.signal,
    });
    if (cannotRunCodes.includes(code)) ctx.log(`no ${program} in container ${containerId}`);
    const lines = plainLines(stdout);
    const left = lines.filter((line) => !signalLine.test(line));
    const getsTerm = ["", "SIGTERM", "TERM", "15"].includes(container.stopSignal);
    return { left, ignoresTerm: code === 0 && left.length === 0 && getsTerm && neverGetsTerm(lines) };
  } catch (error) {
    // The container may stop meanwhile, or hang: next comes `docker stop`, which has its own time limit.
    if (error instanceof CoworkError && (error.code === "ENGINE_FAILED" || error.code === "TIMEOUT")) {
      ctx.log(`quiesce of container ${containerId}: ${error.message}`);
      return nothing;
    }
    throw error;
  }
}

const signalLine = /^Sig(Blk|Cgt): ([0-9a-f]+)$/;
const termBit = 1n << 14n;

/**
 * The kernel discards every signal to PID 1 that has no handler. A blocked signal stays pending: programs like tini fetch it from
 * there.
 */
function neverGetsTerm(lines: readonly string[]): boolean {
  const masks = new Map(
    lines.flatMap((line): [string, bigint][] => {
      const [, name, mask] = signalLine.exec(line) ?? [];
      return name === undefined || mask === undefined ? [] : [[name, BigInt(`0x${mask}`)]];
    }),
  );
  const [caught, blocked] = [masks.get("Cgt"), masks.get("Blk")];
  return caught !== undefined && blocked !== undefined && ((caught | blocked) & termBit) === 0n;
}
