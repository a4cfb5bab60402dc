import type { Login } from "../agent/types.ts";
import { errorCodes } from "../errors.ts";
import { plain } from "../system/text.ts";
import type { App } from "./app.ts";
import { usageError } from "./usage.ts";

/** The agent's own login, with the caller's terminal handed through. */
export async function authLogin(app: App, longLived: boolean): Promise<number> {
  const progress = await app.show("lines");
  const gone = app.endWithOutput();
  const { connectIo } = await import("./connect-io.ts");
  const io = connectIo(app.caller, gone, () => progress.stop());
  if (io.tty === undefined) throw usageError("A login needs a terminal.", "cowork auth login, at a terminal");
  const settings = await app.settings();
  try {
    const login = await (await app.host()).login({ settings, longLived }, io);
    io.release();
    if (app.globals.json) return app.json(loginJson(login));
    await showLogin(app, login);
    return 0;
  } finally {
    io.release();
  }
}

/** Gives 5 where there is no usable login. */
export async function showAuthStatus(app: App): Promise<number> {
  const { agent } = await app.settings();
  const status = await (await app.host()).authStatus(agent);
  const { login, readable, repaired, problems, threats } = status;
  const code = login.state === "ok" ? 0 : errorCodes.NOT_LOGGED_IN.exit;
  if (app.globals.json) {
    app.json({ agent, ...loginJson(login), readable, repaired, problems, threats });
    return code;
  }
  await showLogin(app, login);
  const { terminal } = app;
  for (const line of [...repaired, ...problems, ...threats]) {
    terminal.err(`  ${terminal.errStyle("yellow", "note:")} ${plain(line)}`);
  }
  if (code !== 0) {
    const { host = "local" } = await app.settings();
    terminal.err(`  Next: cowork ${host === "local" ? "" : `--host ${plain(host)} `}auth login`);
  }
  return code;
}

export async function authLogout(app: App): Promise<number> {
  await app.show("lines");
  const settings = await app.settings();
  const result = await (await app.host()).logout({ settings });
  if (app.globals.json) return app.json(result);
  app.terminal.out(result.loggedOut ? "Logged out, for every session of this host." : "There was no login.");
  for (const note of result.notes) app.terminal.err(`  ${app.terminal.errStyle("yellow", "note:")} ${plain(note)}`);
  return 0;
}

function loginJson({ method, ...login }: Login): Record<string, unknown> {
  return { authMethod: method ?? null, ...login };
}

async function showLogin(app: App, login: Login): Promise<void> {
  const { renderLogin } = await import("../ui/login.ts");
  app.terminal.out(renderLogin(login, app.terminal.style));
}
