import type { Login } from "../../agent/types.ts";
import { authStatus, logOut, type AgentLogin } from "../../app/set-up/auth.ts";
import type { AgentId } from "../../contract/agents.ts";
import { errorCodes } from "../../errors.ts";
import { loginStep, renderHint } from "../../hint.ts";
import { plain } from "../../system/text.ts";
import { showNotes } from "../../ui/terminal/note.ts";
import type { App } from "../process/app.ts";

/** Shows the named agent's login, or those of all. Returns the exit code: 5 if the one that is meant has no usable login. */
export async function showAuthStatus(app: App, wanted: AgentId | undefined): Promise<number> {
  const { own, agents, configured, host } = await authStatus(await app.scope(), wanted);
  const code = own.login.state === "ok" ? 0 : errorCodes.NOT_LOGGED_IN.exit;
  if (app.globals.json) {
    const { title: _, ...json } = statusJson(own);
    app.json({ ...json, agents: agents.map(statusJson) });
    return code;
  }
  const { renderLogin, renderLogins } = await import("../../ui/set-up/login.ts");
  const { terminal } = app;
  const { style } = terminal;
  terminal.out(wanted === undefined ? renderLogins(agents, { configured, style }) : renderLogin(own.login, style));
  const shown = wanted === undefined ? agents : [own];
  showNotes(
    terminal,
    shown.flatMap(({ repaired, problems, threats }) => [...repaired, ...problems, ...threats]),
  );
  const next = { ...loginStep(own.agent, configured), ...(host === "local" ? {} : { host: plain(host) }) };
  if (code !== 0) terminal.err(`  Next: ${renderHint([next])}`);
  return code;
}

export async function authLogout(app: App, wanted: AgentId | undefined): Promise<number> {
  await app.show("lines");
  const { title, ...result } = await logOut(await app.scope(), wanted);
  if (app.globals.json) return app.json(result);
  const of = wanted === undefined ? "" : `${title}: `;
  app.terminal.out(of + (result.loggedOut ? "Logged out, for all sessions on this host." : "Not logged in."));
  showNotes(app.terminal, result.notes);
  return 0;
}

function statusJson({ login, ...rest }: AgentLogin): Omit<AgentLogin, "login"> & Record<string, unknown> {
  return { ...rest, ...loginJson(login) };
}

export function loginJson({ method, ...login }: Login): Record<string, unknown> {
  return { authMethod: method ?? null, ...login };
}
