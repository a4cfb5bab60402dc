import { CoworkError } from "../../errors.ts";
import type { ConnectIo } from "../../session/session-host.ts";
import type { Context } from "../../system/context.ts";
import { plain } from "../../system/text.ts";
import { openHost } from "../bootstrap/open-host.ts";
import type { Program } from "../bootstrap/parcels.ts";
import { encodeTtyRequest, type TtyRequest } from "../rpc/tty-request.ts";
import type { Channel, Connection } from "../types.ts";

/**
 * Resets what a full-screen program would have reset itself: mouse, focus and paste reports, alternate screen, application keys,
 * cursor, colours.
 */
const resetTerminal =
  "\u001B[?1000;1002;1003;1004;1006;2004l\u001B[?1049l\u001B[?1l\u001B>\u001B[?25h\u001B[0m\u001B(B\r";

/**
 * Runs a request of `__host tty` on a terminal of the host that is connected to the caller's: keys, output and the window's size
 * pass through unchanged.
 * @returns the exit code of the program
 * @throws HOST_UNREACHABLE if the connection breaks
 */
export async function runOnTerminal(
  ctx: Context,
  connection: Connection,
  options: { program: Program; request: TtyRequest },
  io: ConnectIo & { tty: NonNullable<ConnectIo["tty"]> },
): Promise<number> {
  const word = encodeTtyRequest(options.request);
  const { columns, rows } = io.tty;
  const terminal = { name: ctx.env["TERM"] ?? "xterm", columns, rows };
  const channel = await openHost(ctx, connection, { program: options.program, mode: ["tty", word], terminal });
  const stopSizing = io.tty.onResize((width, height) => channel.resize(width, height));
  const stopKeys = forwardKeys(io, channel);
  const leave = (): void => channel.close();
  io.signal?.addEventListener("abort", leave, { once: true });
  try {
    io.onReady?.();
    for await (const chunk of channel.stdout as AsyncIterable<Buffer>) {
      if (!io.stdout.write(chunk)) await new Promise((done) => io.stdout.once("drain", done));
    }
    const { code, signal } = await channel.exit;
    io.signal?.throwIfAborted();
    // The host is untrusted: an exit code above 255 must not wrap around to 0.
    if (code !== null) return Math.min(code, 255);
    throw new CoworkError(
      "HOST_UNREACHABLE",
      `${plain(connection.host)} ended the program (${plain(signal ?? "no exit code")}).`,
    );
  } catch (error) {
    if (io.signal?.aborted !== true) {
      io.stdout.write(resetTerminal);
      io.onLost?.();
    }
    throw error;
  } finally {
    io.signal?.removeEventListener("abort", leave);
    stopKeys();
    stopSizing();
    channel.close();
  }
}

function forwardKeys({ stdin }: ConnectIo, channel: Channel): () => void {
  const onData = (chunk: Buffer): void => {
    if (channel.stdin.writable && !channel.stdin.write(chunk)) {
      stdin.pause();
      channel.stdin.once("drain", () => stdin.resume());
    }
  };
  const onEnd = (): void => void channel.stdin.end();
  stdin.on("data", onData).once("end", onEnd);
  stdin.resume();
  return () => {
    stdin.off("data", onData).off("end", onEnd);
    stdin.pause();
  };
}
