import type { Context } from "../../system/context.ts";
import { createTerminal } from "../../ui/terminal/terminal.ts";
import type { Caller } from "./caller.ts";
import { reportFailure } from "../parts/report-failure.ts";

/**
 * `cowork __host`: the server on a host, started by cowork on another machine. Without arguments it speaks JSON lines on stdin
 * and stdout; `tty <request>` runs a command on this process's terminal; `window <id> agent|shell` is what runs in a window
 * of a session's tmux; `job <folder>` runs a job in the background, and `supervise <folder>` the one that supervises a run.
 */
export async function serveHostProcess(argv: readonly string[], caller: Caller): Promise<number> {
  const [mode, word = "", which] = argv;
  const terminal = createTerminal(caller.streams, { env: caller.env, noColour: false });
  try {
    if (mode === "tty") return await (await import("./serve-tty.ts")).serveTty(word, caller, terminal);
    if (mode === "window")
      return await (
        await import("./serve-window.ts")
      ).serveWindow(word, which === "shell" ? "shell" : "agent", caller, terminal);
    const ctx = await quietContext(caller);
    if (mode === "supervise") {
      await (await import("./serve-supervise.ts")).serveSupervise(ctx, word);
      return 0;
    }
    const { createLocalHost } = await import("../../session/local-host.ts");
    if (mode === "job") {
      const [{ runJobProcess }, { hostWork }, { noClient }, { withOperations }] = await Promise.all([
        import("../../jobs/job-process.ts"),
        import("../../remote/server/job-work.ts"),
        import("../../session/no-client.ts"),
        import("./operation-jobs.ts"),
      ]);
      const work = hostWork((own) => createLocalHost(own, noClient));
      // A merge works on the project, so it runs where the user is; all other jobs are calls of the host.
      const known: typeof work = async (own, request, tell) =>
        request.method === "merge"
          ? await (await import("./serve-merge.ts")).serveMerge(own, request, caller)
          : await work(own, request, tell);
      await runJobProcess(ctx, word, withOperations(known, caller));
      return 0;
    }
    const { serveHost } = await import("../../remote/server/serve.ts");
    const { stdin: input, stdout: output } = caller.streams;
    await serveHost({ ctx, input, output, makeHost: createLocalHost });
    return 0;
  } catch (error) {
    return await reportFailure(error, caller, terminal, { json: false, verbose: false });
  }
}

/** A context without questions and progress: the server adds its own. */
async function quietContext(caller: Caller): Promise<Context> {
  const [{ makeContext }, { silentProgress }] = await Promise.all([
    import("./context.ts"),
    import("../../ui/terminal/progress.ts"),
  ]);
  const terminal = createTerminal(caller.streams, { env: caller.env, noColour: true });
  const ctx = await makeContext(caller, terminal, { progress: silentProgress(), trust: false, verbose: false });
  return { ...ctx, ask: () => Promise.resolve(false) };
}
