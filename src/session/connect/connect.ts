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
  /** must be done before anything starts inside; an error from it becomes the connection's error */
  hold?: Promise<unknown>;
  /** called with the id that the process has inside */
  onPid?: (pid: number) => void;
}

/** How long the process inside may take to end after our signal, in ms; then it is left running. */
const endMs = 10_000;

/** 128 + SIGPIPE, as a shell shows it */
const noReader = 141;

/**
 * Connects the caller's streams to a shell or a command in a running container; with `io.tty`, on the caller's terminal.
 * `io.onReady` is called when keys reach the process: then the caller sets the terminal to raw mode.
 * When `io.signal` or the context's fires, the process inside gets SIGHUP (with a terminal) or SIGTERM, because the engine
 * does not forward signals.
 * @returns the process' exit code, 128+n for a signal; 141 when its output is no longer read
 * @throws INTERRUPTED, ENGINE_FAILED with the engine's reason when it could not be started, ENGINE_UNREACHABLE
 */
export async function connectSession(
  ctx: Context,
  target: ConnectTarget,
  options: ConnectOptions,
  io: ConnectIo,
): Promise<number> {
  const terminal = io.tty !== undefined;
  const spec = planConnect(target, options, ctx.env, terminal);
  const { pid, ...streams } = connectStreams(io, target.onPid);
  const ended = new AbortController();
  const hold = target.hold === undefined ? {} : { hold: target.hold };
  const attached = ctx.engine.attach(target.container.id, spec, { ...streams.inside, ...hold, signal: ended.signal });
  const interrupted = Promise.withResolvers<"interrupted">();
  const onAbort = (): void => interrupted.resolve("interrupted");
  const signal = AbortSignal.any([ctx.signal, ...(io.signal === undefined ? [] : [io.signal])]);
  signal.addEventListener("abort", onAbort, { once: true });
  if (signal.aborted) onAbort();
  // After an interrupt nothing awaits it.
  attached.catch(() => undefined);
  try {
    const result = await Promise.race([attached, interrupted.promise]);
    if (result !== "interrupted") {
      await streams.flush();
      if (pid() === undefined) throw startFailed(streams.refusal(), result);
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

/** The engine writes the reason why it could not start a process to the process' output. */
function startFailed(text: string, code: number): CoworkError {
  const why = plain(text) || `it exited with code ${code} before it ran`;
  return new CoworkError("ENGINE_FAILED", `The Docker Engine could not start a process in the container: ${why}`);
}

/** The caller's streams as the engine gets them: without the line with the process id, and with stdin opened at the right time. */
function connectStreams(
  io: ConnectIo,
  tellPid: ConnectTarget["onPid"],
): {
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
    tellPid?.(Number(line));
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
  // Its errors arrive through the writes.
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

/** Signals the process inside and waits for it. A process that does not end is left running, as a terminal would leave it. */
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
    // The container stopped, or the engine is gone: so is the process.
    ctx.log(`signal to process ${pid} in ${container}: ${String(error)}`);
    return;
  }
  const ending = attached.catch(() => undefined);
  await Promise.race([ending, delay(endMs, undefined, { ref: false })]);
}
