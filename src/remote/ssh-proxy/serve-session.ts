import type { Serving, SshProxyTarget } from "./types.ts";
import { PassThrough } from "node:stream";
import type { ServerChannel, Session } from "ssh2";
import type { ConnectIo } from "../../session/session-host.ts";
import { channelOutput } from "./channel-output.ts";
import { sftpServer } from "./sftp-server.ts";
import { createWindow, type Window } from "./window.ts";

/** Serves one `ssh`, `scp` or terminal of an editor. A connection may have many. */
export function serveSession(session: Session, { sshProxy, gone, keep }: Serving): void {
  const closed = new AbortController();
  const signalled = new AbortController();
  const ended = AbortSignal.any([gone, closed.signal]);
  let window: Window | undefined;
  const start = (channel: ServerChannel, command: string[] | undefined): void => {
    const tty = window?.tty;
    keep(run(channel, { command, tty, sshProxy, ended, signal: signalled.signal }));
  };
  session.on("close", () => closed.abort());
  session.on("pty", (accept, _reject, { cols, rows }) => {
    window = createWindow(cols, rows);
    accept?.();
  });
  session.on("window-change", (_accept, _reject, { cols, rows }) => window?.set(cols, rows));
  // Accepted but ignored: the client's locale is rarely installed in the container, and TERM is in this process's environment.
  session.on("env", (accept) => accept?.());
  session.on("signal", (accept, _reject, { name }) => {
    accept?.();
    signalled.abort(name);
  });
  // Accepted at once, because ssh2 drops data that arrives before.
  session.on("shell", (accept) => start(accept(), undefined));
  session.on("exec", (accept, _reject, { command }) => start(accept(), ["sh", "-c", command]));
  session.on("subsystem", (accept, reject, { name }) => {
    if (name === "sftp") start(accept(), sftpServer);
    else reject();
  });
}

interface Running {
  command: string[] | undefined;
  tty: ConnectIo["tty"];
  sshProxy: SshProxyTarget;
  ended: AbortSignal;
  signal: AbortSignal;
}

async function run(channel: ServerChannel, { command, tty, sshProxy, ended, signal }: Running): Promise<void> {
  channel.on("error", () => undefined);
  const output = channelOutput(channel, ended);
  const { stdout, stderr } = output;
  // As with sshd, a terminal's input does not end: programs wait for Ctrl-D.
  const stdin = tty === undefined ? channel : channel.pipe(new PassThrough(), { end: false });
  const io = { stdin, stdout, stderr, signal: AbortSignal.any([ended, signal]), ...(tty && { tty }) };
  try {
    const code = await sshProxy.inside(command, io);
    await output.flush();
    channel.exit(code);
  } catch (error) {
    if (signal.aborted) {
      await output.flush();
      channel.exit(String(signal.reason), false, "");
    } else {
      // The client's terminal is in raw mode, where a line needs CR and LF.
      const text = `${sshProxy.explain(error)}\n`;
      stderr.write(tty === undefined ? text : text.replaceAll("\n", "\r\n"));
      await output.flush();
      channel.exit(255);
    }
  } finally {
    channel.end();
  }
}
