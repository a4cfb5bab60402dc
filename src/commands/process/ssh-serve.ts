import { CoworkError, toCoworkError } from "../../errors.ts";
import { createTerminal } from "../../ui/terminal/terminal.ts";
import type { Caller } from "./caller.ts";
import { createApp } from "./create-app.ts";
import { forRawTerminal, withoutNotes } from "./ssh-parts.ts";

/**
 * What `cowork ssh-config` writes as `ProxyCommand`: `cowork __ssh to <host> <id>`, or, for an ambiguous name,
 * `cowork __ssh which <name> <other name>…`. An SSH server on stdin and stdout, for the one ssh that started it.
 */
export async function serveHere(argv: readonly string[], caller: Caller): Promise<number> {
  const [kind, first = "", ...others] = argv;
  const streams = { ...caller.streams, stderr: forRawTerminal(caller.streams.stderr) };
  const terminal = createTerminal(streams, { env: caller.env, noColour: false });
  const { renderError } = await import("../../ui/errors.ts");
  const { errWidth: width, errStyle: style } = terminal;
  const explain = (error: unknown): string => renderError(toCoworkError(error).toView(), { width, style });
  // The session does not depend on the folder in which ssh was called. Settings are read from the session's project.
  const globals = { host: kind === "to" ? first : undefined, json: false, verbose: false };
  const app = createApp({ ...caller, streams, cwd: () => "/" }, terminal, globals, withoutNotes);
  try {
    await app.show("lines");
    const [{ serveSsh }, { hostKey }, { joinStreams }, scope] = await Promise.all([
      import("../../remote/ssh-proxy/serve.ts"),
      import("../../remote/ssh-proxy/host-key.ts"),
      import("../../remote/ssh-proxy/join-streams.ts"),
      app.scope(),
    ]);
    const { sessionTarget } = await import("../../app/sessions/session-target.ts");
    const inside = kind === "to" ? sessionTarget(scope, others[0] ?? "") : neither(first, others);
    const { privateKey } = await hostKey(scope.ctx);
    const stream = joinStreams(streams.stdin, streams.stdout);
    caller.signal.addEventListener("abort", () => stream.destroy(), { once: true });
    await serveSsh(stream, { hostKey: privateKey, inside, explain });
    return 0;
  } catch (error) {
    terminal.err(explain(error));
    return toCoworkError(error).exitCode;
  }
}

function neither(name: string, others: readonly string[]): () => Promise<never> {
  const hint = others.map((other) => `ssh ${other}`).join(", or ");
  return async () => {
    throw new CoworkError("SESSION_NOT_FOUND", `${name} matches several sessions.`, { hint });
  };
}
