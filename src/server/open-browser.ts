import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { findProgram } from "../system/process/find-program.ts";
import type { Context } from "../system/context.ts";
import { writeFileAtomic } from "../system/files/files.ts";

const name = /^open-[0-9a-f]{16}\.html$/;

/**
 * Opens the link in the user's browser. The browser gets the name of a file that only the user can read and that leads to the link: in
 * its arguments everybody on the machine could read the code.
 * @returns false: there is no browser here, or no program that opens it
 */
export async function openBrowser(ctx: Context, url: string): Promise<boolean> {
  const program = browserOf(ctx);
  if (program === undefined) return false;
  removeRedirects(ctx);
  const file = join(ctx.paths.serveFolder, `open-${randomBytes(8).toString("hex")}.html`);
  const page = `<!doctype html><meta charset=utf-8><meta name=referrer content=no-referrer><meta http-equiv=refresh content="0;url=${url}"><title>cowork</title>\n`;
  await writeFileAtomic(file, page, { mode: 0o600 });
  const child = spawn(program, [pathToFileURL(file).href], { detached: true, stdio: "ignore", env: { ...ctx.env } });
  const isStarted = await new Promise<boolean>((done) => {
    child.once("error", () => done(false)).once("spawn", () => done(true));
  });
  child.unref();
  return isStarted;
}

/** Removes the files that lead to links: after a sign-in they are of no use. */
export function removeRedirects({ paths }: Pick<Context, "paths">): void {
  try {
    for (const entry of readdirSync(paths.serveFolder)) {
      if (name.test(entry)) rmSync(join(paths.serveFolder, entry), { force: true });
    }
  } catch {
    // There is no such folder.
  }
}

function browserOf({ env }: Pick<Context, "env">): string | undefined {
  const own = env["BROWSER"];
  // A list, or a command line with a place for the address, is left to xdg-open.
  if (own !== undefined && /^[^\s%:]+$/.test(own)) return own.startsWith("/") ? own : findProgram(env, own);
  if (findProgram(env, "sw_vers") !== undefined) return findProgram(env, "open");
  const hasScreen = [env["DISPLAY"], env["WAYLAND_DISPLAY"]].some((value) => value !== undefined && value !== "");
  return hasScreen ? findProgram(env, "xdg-open") : undefined;
}
