import type { EventDraft } from "../../contract/events.ts";
import type { ServeFile } from "../../contract/http/files.ts";
import { coworkVersion } from "../../version.ts";
import { showNote } from "../../ui/terminal/note.ts";
import { outside, type Scope } from "../../app/scope.ts";
import type { App } from "../process/app.ts";
import { readPort } from "./read-port.ts";

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

/** What the user has to know, such as a wrong setting of notifications: on stderr, whatever stdout is. */
function tellNote({ terminal }: App, event: EventDraft): void {
  if (event.type === "note") showNote(terminal, event.data.text, "");
}

/** Messages for the user, also on the terminal that the server runs in. */
async function notify(app: App, scope: Scope): Promise<void> {
  const { runNotifier } = await import("../../app/notify/run-notifier.ts");
  const { stderr } = app.caller.streams;
  const terminal = stderr.isTTY === true ? { terminal: (sequence: string) => void stderr.write(sequence) } : {};
  const telling = { ...scope, tell: (event: EventDraft) => tellNote(app, event) };
  await runNotifier(telling, { part: "serve", ...terminal });
}

function show(app: App, file: ServeFile): void {
  if (app.globals.json) app.json(file);
  else app.terminal.err(`Serving at ${file.url}\n  Next: cowork ui  (Ctrl-C ends it)`);
}
