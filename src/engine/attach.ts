import { setTimeout as delay } from "node:timers/promises";
import { CoworkError } from "../errors.ts";
import { plain } from "../system/text.ts";
import type { EngineClient } from "./client.ts";
import { exitCode, startExec } from "./exec.ts";
import { demux, readToEnd, streamSink } from "./streams.ts";
import type { AttachIo, ExecSpec } from "./types.ts";

/** The attach part of Engine. Throws INTERRUPTED when `io.signal` fires: the connection is closed, but the process inside keeps running. */
export async function attachInside(
  client: EngineClient,
  container: string,
  spec: ExecSpec,
  io: AttachIo,
): Promise<number> {
  const doing = `run ${plain(spec.command[0])} in container ${plain(container)}`;
  return await client.attempt(doing, async () => {
    io.signal?.throwIfAborted();
    const hold = async (): Promise<void> => {
      await io.hold;
      io.signal?.throwIfAborted();
    };
    const { exec, connection } = await startExec(client, container, spec, {
      tty: io.tty !== undefined,
      stdin: true,
      hold,
    });
    const onAbort = (): void => void connection.destroy(new CoworkError("INTERRUPTED", `Interrupted (${doing}).`));
    io.signal?.addEventListener("abort", onAbort, { once: true });
    const forgetResize = keepSize(client, exec, io);
    try {
      io.stdin.pipe(connection);
      const out = streamSink(io.stdout);
      await readToEnd(connection, io.tty === undefined ? demux(out, streamSink(io.stderr)) : out);
      return await exitCode(client, exec);
    } finally {
      forgetResize();
      io.signal?.removeEventListener("abort", onAbort);
      io.stdin.unpipe(connection);
      io.stdin.pause();
      connection.destroy();
    }
  });
}

/**
 * Sets the size of the terminal inside, now and whenever the window changes: one request at a time, so that an older size never
 * arrives last, and again if a request is lost. Returns a function that stops this.
 */
function keepSize(client: Pick<EngineClient, "post">, exec: string, io: AttachIo): () => void {
  const { tty } = io;
  if (tty === undefined) {
    io.onReady?.();
    return () => undefined;
  }
  const stopped = new AbortController();
  let size = { columns: tty.columns, rows: tty.rows };
  const give = async ({ columns, rows }: typeof size): Promise<boolean> => {
    if (columns <= 0 || rows <= 0) return true;
    return await client.post(`/exec/${exec}/resize?h=${rows}&w=${columns}`).then(
      () => true,
      () => false,
    );
  };
  const giveLast = async (): Promise<void> => {
    // The engine knows the process a moment after it accepted the connection.
    for (let tries = 0; tries < 50 && !stopped.signal.aborted; tries++) {
      const given = size;
      if (!(await give(given))) await delay(20);
      else if (given === size) return;
    }
  };
  let giving = giveLast().then(() => io.onReady?.());
  const forget = tty.onResize((columns, rows) => {
    size = { columns, rows };
    giving = giving.then(giveLast);
  });
  return () => {
    stopped.abort();
    forget();
  };
}
