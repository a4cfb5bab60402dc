import { CoworkError } from "../errors.ts";
import type { ConnectRequest, HostPart, LoginRequest } from "../session/host-part.ts";
import { nobody } from "../session/nobody.ts";
import { createProgress } from "../ui/progress.ts";
import type { Terminal } from "../ui/terminal.ts";
import type { Caller } from "./caller.ts";
import { connectIo } from "./connect-io.ts";
import { makeContext } from "./context.ts";

/** A command of a user elsewhere that wants a terminal: it has one here, of sshd's making. */
export type TtyRequest = { connect: ConnectRequest } | { login: LoginRequest };

/**
 * Runs it on this process' own terminal.
 * @param word the request as JSON in base64
 * @returns its exit code
 */
export async function serveTty(word: string, caller: Caller, terminal: Terminal): Promise<number> {
  const request = JSON.parse(Buffer.from(word, "base64").toString("utf8")) as TtyRequest;
  const progress = await createProgress({ ...terminal, isLive: false }, () => performance.now());
  const ctx = await makeContext(caller, terminal, { progress, trust: false, verbose: false });
  const { createLocalHost } = await import("../session/local-host.ts");
  const host = createLocalHost(ctx, nobody);
  const io = connectIo(caller, new AbortController().signal, () => progress.stop());
  try {
    return await run(host, request, io, caller);
  } finally {
    io.release();
    progress.stop();
  }
}

async function run(
  host: HostPart,
  request: TtyRequest,
  io: ReturnType<typeof connectIo>,
  caller: Caller,
): Promise<number> {
  if ("login" in request) {
    await host.login(request.login, io);
    return 0;
  }
  if (!("connect" in request)) throw new CoworkError("USAGE", "There is no such request.");
  // A pane of tmux cannot find the session by its folder: the project lies elsewhere. It gets this very request.
  const inPane = { connect: { ...request.connect, tmux: false } };
  const word = Buffer.from(JSON.stringify(inPane)).toString("base64");
  const pane = [...caller.self, "__host", "tty", word];
  return await host.connect({ ...request.connect, pane }, io);
}
