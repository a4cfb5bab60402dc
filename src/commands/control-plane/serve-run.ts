import type { ServeFile } from "../../contract/http/files.ts";
import { coworkVersion } from "../../version.ts";
import { usageError } from "../line/usage.ts";
import { outside, type Scope } from "../../app/scope.ts";
import type { App } from "../process/app.ts";

const usualPort = 7333;
const idleMs = 30 * 60_000;

/** Serves until a signal, `serve --stop`, or with `untilIdle` until no one uses it. */
export async function runServer(
  app: App,
  { port, untilIdle }: { port: string | undefined; untilIdle: boolean },
): Promise<number> {
  const chosen = port === undefined ? undefined : readPort(port);
  const { serve } = await import("../../server/serve.ts");
  const end = new AbortController();
  const { scope } = await app.openRequest({ signal: end.signal, tell: () => undefined, folder: outside });
  await serve({
    ctx: scope.ctx,
    version: coworkVersion(),
    pid: process.pid,
    port: chosen ?? usualPort,
    onlyPort: chosen !== undefined,
    idleMs: untilIdle ? idleMs : undefined,
    open: async (request) => await app.openRequest({ ...request, folder: outside }),
    notify: async (own) => await notify(app, own),
    onReady: (file) => show(app, file),
  });
  return app.caller.signalCode() ?? 0;
}

/** Messages for the user, also on the terminal that the server runs in. */
async function notify(app: App, scope: Scope): Promise<void> {
  const { runNotifier } = await import("../../app/notify/run-notifier.ts");
  const { stderr } = app.caller.streams;
  const terminal = stderr.isTTY === true ? { terminal: (sequence: string) => void stderr.write(sequence) } : {};
  await runNotifier(scope, { part: "serve", ...terminal });
}

/**
 * A port, also as `127.0.0.1:PORT`.
 * @throws USAGE for every other address: only programs on this machine may reach it
 */
function readPort(text: string): number {
  const [, address, digits] = /^(?:(.+):)?(\d{1,5})$/.exec(text) ?? [];
  if (address !== undefined && !["127.0.0.1", "localhost"].includes(address))
    throw usageError(
      `cowork serve does not listen on ${address}: it has no TLS, so it listens on this machine's own address only.`,
      "use ssh -L, or a proxy with TLS and PUBLIC_URL",
    );
  const number = Number(digits);
  if (digits !== undefined && number > 0 && number < 65_536) return number;
  throw usageError(`Invalid port ${text}.`, "cowork serve --port 7400");
}

function show(app: App, file: ServeFile): void {
  if (app.globals.json) app.json(file);
  else app.terminal.err(`Serving at ${file.url}\n  Next: cowork ui  (Ctrl-C ends it)`);
}
