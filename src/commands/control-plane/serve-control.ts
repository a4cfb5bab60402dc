import type { App } from "../process/app.ts";

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
  for (let left = found; left !== undefined; left = await askServer(ctx, { key: "POST /stop" }).catch(() => undefined))
    await ctx.clock.sleep(50, ctx.signal);
  if (app.globals.json) return app.json({ stopped: found !== undefined });
  app.terminal.err(found === undefined ? "No server runs." : "The server has ended.");
  return 0;
}
