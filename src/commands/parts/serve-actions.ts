import type { ServeFile } from "../../contract/http/files.ts";
import { coworkVersion } from "../../version.ts";
import { usageError } from "../line/usage.ts";
import type { App } from "../process/app.ts";

const usualPort = 7333;
const idleMs = 30 * 60_000;

/** Serves until a signal, `serve --stop`, or with `untilIdle` until nobody uses it. */
export async function runServer(
  app: App,
  { port, untilIdle }: { port: string | undefined; untilIdle: boolean },
): Promise<number> {
  const chosen = port === undefined ? undefined : readPort(port);
  const { serve } = await import("../../server/serve.ts");
  const end = new AbortController();
  const { scope } = await app.openRequest({ signal: end.signal, tell: () => undefined, folder: "/" });
  await serve({
    ctx: scope.ctx,
    version: coworkVersion(),
    pid: process.pid,
    port: chosen ?? usualPort,
    onlyPort: chosen !== undefined,
    idleMs: untilIdle ? idleMs : undefined,
    open: async (request) => await app.openRequest({ ...request, folder: "/" }),
    onReady: (file) => show(app, file),
  });
  return app.caller.signalCode() ?? 0;
}

/**
 * A port, also as `127.0.0.1:PORT`.
 * @throws USAGE for every other address: whoever reaches it must be on this machine
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

/** Exit code 1 if none runs. */
export async function showServer(app: App): Promise<number> {
  const [{ askServer }, { readServeFile }, { ctx }] = await Promise.all([
    import("../../server/client.ts"),
    import("../../server/serve-file.ts"),
    app.scope(),
  ]);
  const found = await askServer(ctx, { key: "GET /me" });
  const file = found === undefined ? undefined : await readServeFile(ctx);
  if (app.globals.json) {
    app.json(file === undefined ? { running: false } : { running: true, ...file });
    return file === undefined ? 1 : 0;
  }
  if (file === undefined) {
    app.terminal.err("No server runs.\n  Next: cowork ui");
    return 1;
  }
  app.terminal.out(`${file.url}  (pid ${file.pid}, since ${file.startedAt})`);
  return 0;
}

export async function stopServer(app: App): Promise<number> {
  const [{ askServer }, { ctx }] = await Promise.all([import("../../server/client.ts"), app.scope()]);
  const found = await askServer(ctx, { key: "POST /stop" });
  // It answers before it ends: a new one could not start yet.
  while (found !== undefined && (await askServer(ctx, { key: "GET /me" }).catch(() => undefined)) !== undefined)
    await ctx.clock.sleep(50, ctx.signal);
  if (app.globals.json) return app.json({ stopped: found !== undefined });
  app.terminal.err(found === undefined ? "No server runs." : "The server has ended.");
  return 0;
}
