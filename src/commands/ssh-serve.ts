import { Writable } from "node:stream";
import { CoworkError, toCoworkError } from "../errors.ts";
import type { Report } from "../events.ts";
import { createTerminal, type Streams } from "../ui/terminal.ts";
import { createApp, realParts, type App, type AppParts } from "./app.ts";
import type { Caller } from "./caller.ts";
import { sessionDoor } from "./ssh-door.ts";

/**
 * The other end of what `cowork ssh-config` writes as `ProxyCommand`: `cowork __ssh to <host> <id>`, or, where a name could be several
 * sessions, `cowork __ssh which <name> <other name>…`. An ssh server on stdin and stdout, for the one ssh that started it.
 */
export async function serveHere(argv: readonly string[], caller: Caller): Promise<number> {
  const [kind, first = "", ...others] = argv;
  const streams = { ...caller.streams, stderr: forRawTerminal(caller.streams.stderr) };
  const terminal = createTerminal(streams, { env: caller.env, noColour: false });
  const { renderError } = await import("../ui/errors.ts");
  const explain = (error: unknown): string => renderError(toCoworkError(error).toView(), { style: terminal.errStyle });
  // What a project says of itself is asked for the session's own project, wherever ssh was called.
  const appAt = (folder: string, host?: string): App => {
    const globals = { host, json: false, verbose: false, "no-color": false, help: false };
    return createApp({ ...caller, streams, cwd: () => folder }, terminal, globals, { ...realParts, makeContext });
  };
  try {
    const app = appAt("/", kind === "to" ? first : undefined);
    await app.show("lines");
    const [{ serveSsh }, { hostKey }, { joinStreams }, ctx] = await Promise.all([
      import("../remote/inbound/serve.ts"),
      import("../remote/inbound/host-key.ts"),
      import("../remote/inbound/join-streams.ts"),
      app.context(),
    ]);
    const inside = kind === "to" ? sessionDoor(app, others[0] ?? "", appAt) : neither(first, others);
    const { privateKey } = await hostKey(ctx);
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
    throw new CoworkError("SESSION_NOT_FOUND", `${name} could be several sessions.`, { hint });
  };
}

/** As for `connect`, but that notes (who is not logged in) would come with every `ssh`, `scp` and `rsync`. */
const makeContext: AppParts["makeContext"] = async (caller, terminal, options) => {
  const report: Report = (event) => {
    if (event.state !== "note") options.progress.report(event);
  };
  return await realParts.makeContext(caller, terminal, { ...options, progress: { ...options.progress, report } });
};

/** ssh may have made the terminal raw by now: a line end alone goes down and not back. */
function forRawTerminal(stderr: Streams["stderr"]): Streams["stderr"] {
  if (stderr.isTTY !== true) return stderr;
  return new Writable({
    decodeStrings: false,
    write: (text: string, _encoding, done) => void stderr.write(text.replaceAll("\n", "\r\n"), () => done()),
  });
}
