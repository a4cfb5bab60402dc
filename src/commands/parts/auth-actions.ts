import type { Login } from "../../agent/types.ts";
import { authStatus, logIn, logOut } from "../../app/set-up/auth.ts";
import { errorCodes } from "../../errors.ts";
import { plain } from "../../system/text.ts";
import { showNotes } from "../../ui/note.ts";
import type { App } from "../process/app.ts";
import { usageError } from "../line/usage.ts";

/** Runs the agent's own login on the caller's terminal. Returns the exit code. */
export async function authLogin(app: App, longLived: boolean): Promise<number> {
  const progress = await app.show("lines");
  const gone = app.endWithOutput();
  const { connectIo } = await import("./connect-io.ts");
  const io = connectIo(app.caller, gone, () => progress.stop());
  if (io.tty === undefined) throw usageError("Logging in needs a terminal.", "run cowork auth login on a terminal");
  try {
    const login = await logIn(await app.scope(), { longLived }, io);
    io.release();
    if (app.globals.json) return app.json(loginJson(login));
    await showLogin(app, login);
    return 0;
  } finally {
    io.release();
  }
}

/** Returns the exit code: 5 without a usable login. */
export async function showAuthStatus(app: App): Promise<number> {
  const { agent, host, login, readable, repaired, problems, threats } = await authStatus(await app.scope());
  const code = login.state === "ok" ? 0 : errorCodes.NOT_LOGGED_IN.exit;
  if (app.globals.json) {
    app.json({ agent, ...loginJson(login), readable, repaired, problems, threats });
    return code;
  }
  await showLogin(app, login);
  showNotes(app.terminal, [...repaired, ...problems, ...threats]);
  if (code !== 0) app.terminal.err(`  Next: cowork ${host === "local" ? "" : `--host ${plain(host)} `}auth login`);
  return code;
}

export async function authLogout(app: App): Promise<number> {
  await app.show("lines");
  const result = await logOut(await app.scope());
  if (app.globals.json) return app.json(result);
  app.terminal.out(result.loggedOut ? "Logged out, for all sessions on this host." : "Not logged in.");
  showNotes(app.terminal, result.notes);
  return 0;
}

function loginJson({ method, ...login }: Login): Record<string, unknown> {
  return { authMethod: method ?? null, ...login };
}

async function showLogin(app: App, login: Login): Promise<void> {
  const { renderLogin } = await import("../../ui/login.ts");
  app.terminal.out(renderLogin(login, app.terminal.style));
}
