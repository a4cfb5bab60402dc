import type { ClientChannel, ExecOptions as Ssh2Options } from "ssh2";
import { CoworkError } from "../../errors.ts";
import { plain } from "../../system/text.ts";
import type { Channel, Connection, ExecOptions } from "../types.ts";
import { wrapChannel } from "./channel.ts";
import { broken, nameOf } from "./failures.ts";
import { reasonOf, type Live } from "./live.ts";

/** Time limit for a host to confirm a command. */
const openLimitMs = 60_000;

/** Wraps a logged-in client for the rest of cowork. */
export function createConnection(name: string, live: Live): Connection {
  const gone = Promise.withResolvers<Error | undefined>();
  live.onGone(gone.resolve);
  return {
    host: name,
    gone: gone.promise,
    exec: async (command, options) => await openChannel(live, command, options),
    close: () => live.end(),
  };
}

async function openChannel(live: Live, command: string, options: ExecOptions = {}): Promise<Channel> {
  const { promise, resolve, reject } = Promise.withResolvers<Channel>();
  const onGone = (listener: (reason: CoworkError) => void): (() => void) =>
    live.onGone((reason) => listener(reasonOf(live.host, reason)));
  const stopListening = onGone(reject);
  const timer = setTimeout(() => reject(refused(live, "it did not confirm the command")), openLimitMs);
  try {
    live.client.exec(command, { ...terminalOf(options), ...agentOf(live) }, (error, channel: ClientChannel) => {
      if (error instanceof Error) reject(refused(live, error.message.replace(/^\(SSH\) /, "")));
      else resolve(wrapChannel(channel, onGone));
    });
  } catch (error) {
    reject(broken(live.host, error));
  }
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    stopListening();
  }
}

function terminalOf({ terminal }: ExecOptions): Ssh2Options {
  if (terminal === undefined) return {};
  return { pty: { term: terminal.name, cols: terminal.columns, rows: terminal.rows, width: 0, height: 0 } };
}

/** `agentForward` is documented by ssh2 but missing in its types. */
function agentOf({ host }: Live): { agentForward?: true } {
  return host.forwardAgent && host.agent !== undefined ? { agentForward: true } : {};
}

function refused(live: Live, why: string): CoworkError {
  return new CoworkError("HOST_UNREACHABLE", `${nameOf(live.host)} cannot run commands: ${plain(why).slice(0, 300)}.`, {
    hint: `check the output of: ssh ${live.host.typed} true`,
  });
}
