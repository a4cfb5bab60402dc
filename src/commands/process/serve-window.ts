import { toCoworkError } from "../../errors.ts";
import { noClient } from "../../session/no-client.ts";
import { createProgress } from "../../ui/terminal/progress.ts";
import type { Terminal } from "../../ui/terminal/terminal.ts";
import { connectIo } from "../sessions/connect-io.ts";
import { reportFailure } from "../parts/report-failure.ts";
import type { Caller } from "./caller.ts";
import { makeContext } from "./context.ts";

/**
 * What runs in a window of a session's tmux, on this process's terminal: the agent that was opened, or a shell.
 * @param id of the session
 * @returns the exit code
 */
export async function serveWindow(
  id: string,
  window: "agent" | "shell",
  caller: Caller,
  terminal: Terminal,
): Promise<number> {
  const progress = await createProgress({ ...terminal, isLive: false }, () => performance.now());
  const ctx = await makeContext(caller, terminal, { progress, trust: false, verbose: false });
  const [{ createLocalHost }, { readLaunch, windowRequest }] = await Promise.all([
    import("../../session/local-host.ts"),
    import("../../session/connect/launch.ts"),
  ]);
  const launch = readLaunch(ctx, id);
  if (launch === undefined) return 1;
  const io = connectIo(caller, new AbortController().signal, () => progress.stop());
  const end = (): void => {
    io.release();
    progress.stop();
  };
  try {
    const code = await createLocalHost(ctx, noClient).connect(windowRequest(launch, window), io);
    end();
    if (window === "agent" && code !== 0) await untilEnter(caller, terminal, `The agent ended with exit code ${code}.`);
    return code;
  } catch (error) {
    end();
    await reportFailure(error, caller, terminal, { json: false, verbose: false });
    if (toCoworkError(error).code !== "INTERRUPTED") await untilEnter(caller, terminal, "The window closes.");
    return toCoworkError(error).exitCode;
  } finally {
    if (window === "agent") await (await import("../../session/connect/tmux.ts")).leaveAgentWindow(ctx, id);
  }
}

/** The window closes with this process, and what it shows with it. */
async function untilEnter({ streams, signal }: Caller, terminal: Terminal, text: string): Promise<void> {
  terminal.err(`${text} Press Enter.`);
  const { stdin } = streams;
  await new Promise<void>((done) => {
    stdin.once("data", () => done()).once("end", () => done());
    signal.addEventListener("abort", () => done(), { once: true });
    stdin.resume();
  });
}
