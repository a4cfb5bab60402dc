import { logIn } from "../../app/set-up/auth.ts";
import type { AgentId } from "../../contract/agents.ts";
import { usageError } from "../line/usage.ts";
import type { App } from "../process/app.ts";
import { loginJson } from "./auth-actions.ts";

/** Runs the agent's own login on the caller's terminal. Returns the exit code. */
export async function authLogin(
  app: App,
  wanted: { longLived: boolean; token: boolean; agent: AgentId | undefined },
): Promise<number> {
  const progress = await app.show("lines");
  const gone = app.endWithOutput();
  const { connectIo } = await import("../sessions/connect-io.ts");
  const { tty, ...streams } = connectIo(app.caller, gone, () => progress.stop());
  const isTyped = app.caller.streams.stdin.isTTY === true;
  if (wanted.token && isTyped)
    throw usageError("The token comes from standard input.", "cowork auth login --with-token <FILE");
  if (!wanted.token && tty === undefined)
    throw usageError("Logging in needs a terminal.", "run cowork auth login on a terminal");
  const io = { ...streams, ...(tty === undefined || wanted.token ? {} : { tty }) };
  try {
    const login = await logIn(await app.scope(), wanted, io);
    io.release();
    if (app.globals.json) return app.json(loginJson(login));
    const { renderLogin } = await import("../../ui/set-up/login.ts");
    app.terminal.out(renderLogin(login, app.terminal.style));
    return 0;
  } finally {
    io.release();
  }
}
