import { setTimeout as delay } from "node:timers/promises";
import type { ContainerDetail } from "../../engine/types.ts";
import { CoworkError } from "../../errors.ts";
import type { Context } from "../../system/context.ts";
import { plain } from "../../system/text.ts";
import { planConnect, planSignal, type ConnectPlace, type ConnectOptions } from "./connect-plan.ts";
import { createInputGate, createOutputFilter, finish } from "./connect-streams.ts";
import type { ConnectIo } from "../session-host.ts";

export interface ConnectTarget extends ConnectPlace {
  container: Pick<ContainerDetail, "id">;
  /** what has to be done before anything starts inside; what it throws is the connection's error */
  hold?: Promise<unknown>;
}

/** How long what runs inside may take to end after our signal, before we leave it alone. */
const endMs = 10_000;

/** 128 + SIGPIPE, as a shell shows it */
const noReader = 141;

/**
 * Connects the caller's streams with a shell or a command in a running container, on the caller's terminal where `io.tty` is
 * given. `io.onReady` is called when keys can go inside: that is the time to make the terminal raw.
 * When `io.signal` or the context's fires, the process inside gets SIGHUP (with a terminal) or SIGTERM, because no signal
 * reaches it by itself.
 * @returns the process' own exit code, 128+n for a signal; 141 when nobody reads its output any more
 * @throws INTERRUPTED, ENGINE_FAILED with the engine's words when it could not be started, ENGINE_UNREACHABLE
 */
export async function connectSession(
  ctx: Context,
  target: ConnectTarget,
  options: ConnectOptions,
  io: ConnectIo,
): Promise<number> {
  const terminal = io.tty !== undefined;
  const spec = planConnect(target, options, ctx.env, terminal);
  const { pid, ...streams } = connectStreams(io);
  const ended = new AbortController();
  const hold = target.hold === undefined ? {} : { hold: target.hold };
  const attached = ctx.engine.attach(target.container.id, spec, { ...streams.inside, ...hold, signal: ended.signal });
  const interrupted = Promise.withResolvers<"interrupted">();
  const onAbort = (): void => interrupted.resolve("interrupted");
  const signal = AbortSignal.any([ctx.signal, ...(io.signal === undefined ? [] : [io.signal])]);
  signal.addEventListener("abort", onAbort, { once: true });
  if (signal.aborted) onAbort();
  // after an interrupt nobody waits for it any more
  attached.catch(() => undefined);
  try {
    const result = await Promise.race([attached, interrupted.promise]);
    if (result !== "interrupted") {
      await streams.flush();
      if (pid() === undefined) throw neverStarted(streams.refusal(), result);
      return result;
    }
    await endInside(ctx, target.container.id, pid(), terminal, attached);
    if (io.stdout.errored) return noReader;
    throw new CoworkError("INTERRUPTED", "Interrupted.");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPIPE" && !io.stdout.errored) throw error;
    await endInside(ctx, target.container.id, pid(), terminal, Promise.resolve());
    return noReader;
  } finally {
    signal.removeEventListener("abort", onAbort);
    ended.abort();
    streams.close();
  }
}

/** The engine writes why it could not start a process where the process' output would be. */
function neverStarted(text: string, code: number): CoworkError {
  const why = plain(text) || `it ended with ${code} before it began`;
  return new CoworkError("ENGINE_FAILED", `The Docker Engine could not start a process in the container: ${why}`);
}

/** The caller's streams as the engine gets them: without the line that is ours, and with stdin let in at the right time. */
function connectStreams(io: ConnectIo): {
  inside: ConnectIo;
  refusal: () => string;
  pid: () => string | undefined;
  flush: () => Promise<void>;
  close: () => void;
} {
  const terminal = io.tty !== undefined;
  const { gate, open, close } = createInputGate(io.stdin);
  let pid: string | undefined;
  let sized = false;
  let refusal = "";
  const start = (): void => {
    if (pid === undefined || !sized) return;
    open(terminal ? "\n" : undefined);
    io.onReady?.();
  };
  const onPid = (line: string): void => {
    pid = line;
    start();
  };
  const onReady = (): void => {
    sized = true;
    start();
  };
  const onRefusal = (text: string): void => {
    refusal = (refusal + text).slice(0, 4096);
  };
  const stdout = createOutputFilter(io.stdout, { echo: terminal, onPid, onRefusal });
  // its errors come back through the writes
  stdout.on("error", () => undefined);
  const inside: ConnectIo = {
    stdin: gate,
    stdout,
    stderr: io.stderr,
    onReady,
    ...(io.tty === undefined ? {} : { tty: io.tty }),
  };
  return { inside, refusal: () => refusal, pid: () => pid, flush: () => finish(stdout), close };
}

/** Signals what runs inside and gives it time. What does not end then is left running, as a terminal would leave it. */
async function endInside(
  ctx: Context,
  container: string,
  pid: string | undefined,
  terminal: boolean,
  attached: Promise<unknown>,
): Promise<void> {
  if (pid === undefined) return;
  try {
    await ctx.engine.exec(container, planSignal(terminal ? "HUP" : "TERM", pid), { timeoutMs: endMs });
  } catch (error) {
    // The container stopped, or the engine is gone: then so is the process.
    ctx.log(`signal to process ${pid} in ${container}: ${String(error)}`);
    return;
  }
  const ending = attached.catch(() => undefined);
  await Promise.race([ending, delay(endMs, undefined, { ref: false })]);
}
