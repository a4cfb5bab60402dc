import { decodeTtyRequest, encodeTtyRequest, type TtyRequest } from "../../remote/rpc/tty-request.ts";
import type { SessionHost } from "../../session/session-host.ts";
import { noClient } from "../../session/no-client.ts";
import { createProgress } from "../../ui/terminal/progress.ts";
import type { Terminal } from "../../ui/terminal/terminal.ts";
import type { Caller } from "./caller.ts";
import { connectIo } from "../sessions/connect-io.ts";
import { makeContext } from "./context.ts";

/**
 * Runs a request on this process's terminal.
 * @param word the request, encoded
 * @returns the exit code
 */
export async function serveTty(word: string, caller: Caller, terminal: Terminal): Promise<number> {
  const request = decodeTtyRequest(word);
  const progress = await createProgress({ ...terminal, isLive: false }, () => performance.now());
  const ctx = await makeContext(caller, terminal, { progress, trust: false, verbose: false });
  const { createLocalHost } = await import("../../session/local-host.ts");
  const host = createLocalHost(ctx, noClient);
  const io = connectIo(caller, new AbortController().signal, () => progress.stop());
  try {
    return await run(host, request, io, caller);
  } finally {
    io.release();
    progress.stop();
  }
}

async function run(
  host: SessionHost,
  request: TtyRequest,
  io: ReturnType<typeof connectIo>,
  caller: Caller,
): Promise<number> {
  if ("login" in request) {
    await host.login(request.login, io);
    return 0;
  }
  // A tmux pane cannot find the session by its folder, because the project is on another machine. It gets this same request.
  const word = encodeTtyRequest({ connect: { ...request.connect, tmux: false } });
  const pane = [...caller.self, "__host", "tty", word];
  return await host.connect({ ...request.connect, pane }, io);
}
