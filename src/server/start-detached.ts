import { spawn } from "node:child_process";
import type { Me } from "../contract/http/auth.ts";
import { CoworkError } from "../errors.ts";
import { ownCommand } from "../hint.ts";
import type { Context } from "../system/context.ts";
import { askServer } from "./client.ts";

const startMs = 20_000;
const lookMs = 50;

/**
 * Starts the server in a process of its own unless one runs. It ends when no one has used it for half an hour.
 * @throws TIMEOUT if it does not answer
 */
export async function ensureServer(ctx: Context): Promise<Me> {
  const running = await askServer(ctx, { key: "GET /me" });
  if (running !== undefined) return running.answer;
  const [program, ...args] = ctx.self;
  const child = spawn(program, [...args, "serve", "--until-idle"], {
    cwd: ctx.paths.home,
    env: { ...ctx.env },
    detached: true,
    stdio: "ignore",
  });
  const ended = new Promise<void>((done) => void child.once("error", () => done()).once("exit", () => done()));
  let isOver = false;
  void ended.then(() => (isOver = true));
  child.unref();
  for (const until = ctx.clock.now().getTime() + startMs; ctx.clock.now().getTime() < until;) {
    const found = await askServer(ctx, { key: "GET /me" });
    if (found !== undefined) return found.answer;
    if (isOver) break;
    await ctx.clock.sleep(lookMs, ctx.signal);
  }
  const found = await askServer(ctx, { key: "GET /me" });
  if (found !== undefined) return found.answer;
  throw new CoworkError("TIMEOUT", "The server did not start.", { hint: [ownCommand("serve")] });
}
