import { ownCommand } from "../hint.ts";
import type { Duplex } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { CoworkError } from "../errors.ts";
import { plain } from "../system/text.ts";
import type { EngineClient } from "./client.ts";
import { createCollector, demux, firstLine, readToEnd } from "./streams.ts";
import type { ExecLimits, ExecResult, ExecSpec } from "./types.ts";

export const defaultTimeoutMs = 60_000;
export const defaultMaxOutput = 16 * 1024 * 1024;

/**
 * The engine never reports the process id of an exec inside the container, and cannot signal it. So a shell prints its own process
 * id before it becomes the command: the id stays the same, and the command sees neither shell nor line.
 */
const printPid = ["/bin/sh", "-c", 'echo "$$"; exec "$@"', "sh"] as const;

/** The exec part of Engine. */
export async function execInside(
  client: EngineClient,
  container: string,
  spec: ExecSpec,
  limits: ExecLimits = {},
): Promise<ExecResult> {
  const doing = `run ${plain(spec.command[0])} in container ${plain(container)}`;
  return await client.attempt(doing, async () => {
    limits.signal?.throwIfAborted();
    const started = await startExec(
      client,
      container,
      { ...spec, command: [...printPid, ...spec.command] },
      { tty: false, stdin: limits.input !== undefined },
    );
    const maxOutput = limits.maxOutput ?? defaultMaxOutput;
    const stdout = createCollector(maxOutput);
    const stderr = createCollector(maxOutput);
    const refusal = createCollector(4096);
    let pid: string | undefined;
    const notePid = firstLine((line) => (pid = line), stdout.sink);
    const whole = demux((chunk) => (pid === undefined && refusal.sink(chunk), notePid(chunk)), stderr.sink);
    const stop = (): Promise<void> => killInside(client, container, pid);
    await within(limits, doing, stop, started.connection, async () => {
      if (limits.input !== undefined) started.connection.end(limits.input);
      await readToEnd(started.connection, whole);
    });
    const code = await exitCode(client, started.exec);
    if (pid === undefined || !/^\d+$/.test(pid)) throw startFailed(doing, refusal.text() + stderr.text(), code);
    return { code, stdout: stdout.text(), stderr: stderr.text(), truncated: stdout.truncated() || stderr.truncated() };
  });
}

/** The engine writes the reason why it could not start a process to the process' output. */
function startFailed(doing: string, text: string, code: number): CoworkError {
  return new CoworkError(
    "ENGINE_FAILED",
    `The Docker Engine could not ${doing}: ${plain(text) || `it exited with code ${code} before it ran`}`,
  );
}

export interface StartedExec {
  /** the engine's id of it */
  exec: string;
  connection: Duplex;
}

/** Ctrl-P, Ctrl-Q would detach, and Ctrl-P would wait for the next key; this sequence is never typed. */
const detachKeys = "ctrl-\\,ctrl-@,ctrl-\\,ctrl-@,ctrl-\\,ctrl-@";

/** @param how.hold awaited when the exec is created and about to start; if it rejects, the exec is not started */
export async function startExec(
  client: Pick<EngineClient, "post" | "upgrade">,
  container: string,
  spec: ExecSpec,
  how: { tty: boolean; stdin: boolean; hold?: () => Promise<void> },
): Promise<StartedExec> {
  const created = await client.post(`/containers/${encodeURIComponent(container)}/exec`, {
    Cmd: [...spec.command],
    AttachStdin: how.stdin,
    AttachStdout: true,
    AttachStderr: true,
    Tty: how.tty,
    DetachKeys: detachKeys,
    Env: Object.entries(spec.env ?? {}).map(([name, value]) => `${name}=${value}`),
    ...(spec.user === undefined ? {} : { User: spec.user }),
    ...(spec.workingDir === undefined ? {} : { WorkingDir: spec.workingDir }),
  });
  const exec = encodeURIComponent((created as { Id: string }).Id);
  await how.hold?.();
  return { exec, connection: await client.upgrade(`/exec/${exec}/start`, { Detach: false, Tty: how.tty }) };
}

/** The exit code, which the engine knows a moment after the output has ended. */
export async function exitCode(client: Pick<EngineClient, "get">, exec: string): Promise<number> {
  for (let waited = 0, next = 2; ; waited += next, next = Math.min(20, next * 2)) {
    const { Running: running, ExitCode: code } = (await client.get(`/exec/${exec}/json`)) as InspectedExec;
    if (!running && code !== null) return code;
    if (waited > 10_000)
      throw new CoworkError("ENGINE_UNREACHABLE", "The connection to the process inside was lost.", {
        hint: [ownCommand("doctor")],
      });
    await delay(next);
  }
}

interface InspectedExec {
  Running: boolean;
  ExitCode: number | null;
}

/**
 * Runs `work` until it ends, its time is over or it is aborted; in the latter cases `stop` ends the process inside.
 * Throws TIMEOUT or INTERRUPTED then.
 */
export async function within<T>(
  limits: ExecLimits,
  doing: string,
  stop: () => Promise<void>,
  connection: Duplex,
  work: () => Promise<T>,
): Promise<T> {
  const timeoutMs = limits.timeoutMs ?? defaultTimeoutMs;
  const ending = Promise.withResolvers<never>();
  ending.promise.catch(() => undefined);
  let ended: CoworkError | undefined;
  const end = (reason: CoworkError): void => {
    // The first reason counts: a process that was stopped ends, and that must not look like a result.
    if (ended !== undefined) return;
    ended = reason;
    void stop().finally(() => (ending.reject(reason), connection.destroy()));
  };
  const onAbort = (): void => end(new CoworkError("INTERRUPTED", `Interrupted (${doing}).`));
  const onTimeout = (): void =>
    end(new CoworkError("TIMEOUT", `It took longer than ${timeoutMs / 1000} s to ${doing}.`));
  const timer = setTimeout(onTimeout, timeoutMs);
  limits.signal?.addEventListener("abort", onAbort, { once: true });
  try {
    const result = await Promise.race([work(), ending.promise]);
    return ended === undefined ? result : await ending.promise;
  } finally {
    clearTimeout(timer);
    limits.signal?.removeEventListener("abort", onAbort);
  }
}

/** The one syntax for a process group that dash, bash and busybox all accept. */
const killScript = 'kill -KILL "-$1" 2>/dev/null || kill -KILL "$1"';

/** Best effort: an engine that does not answer must not block us. runc makes every exec'ed process leader of its group. */
async function killInside(client: EngineClient, container: string, pid: string | undefined): Promise<void> {
  if (pid === undefined || !/^\d+$/.test(pid)) return;
  const kill = async (): Promise<void> => {
    const spec: ExecSpec = { command: ["/bin/sh", "-c", killScript, "sh", pid], user: "0", workingDir: "/" };
    const { connection } = await startExec(client, container, spec, { tty: false, stdin: false });
    await readToEnd(connection, () => undefined);
  };
  await Promise.race([kill().catch(() => undefined), delay(5000, undefined, { ref: false })]);
}
