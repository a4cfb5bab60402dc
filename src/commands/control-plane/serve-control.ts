import { toCoworkError } from "../../errors.ts";
import type { Context } from "../../system/context.ts";
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
  const { ctx } = await app.scope();
  const stopped = await askToStop(ctx);
  // It answers before it ends: a new one could not start yet.
  for (let left = stopped; left; left = await askToStop(ctx)) await ctx.clock.sleep(50, ctx.signal);
  if (app.globals.json) return app.json({ stopped });
  app.terminal.err(stopped ? "The server has ended." : "No server runs.");
  return 0;
}

/** False: none runs. One that ends before its answer is there does what it was asked. */
async function askToStop(ctx: Context): Promise<boolean> {
  const { askServer } = await import("../../server/client.ts");
  try {
    return (await askServer(ctx, { key: "POST /stop" })) !== undefined;
  } catch (error) {
    if (toCoworkError(error).code !== "INTERRUPTED") throw error;
    return true;
  }
}
