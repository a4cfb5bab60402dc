import { openScope, type OpenScope } from "../../app/scope.ts";
import { progressDraft } from "../../events.ts";
import type { Progress } from "../../ui/terminal/progress.ts";
import type { Terminal } from "../../ui/terminal/terminal.ts";
import type { App, Globals } from "./app.ts";
import type { AppParts } from "./app-parts.ts";
import type { Caller } from "./caller.ts";
import { requestScope, scopeOptions } from "./request-scope.ts";
import { silent, showEvents } from "../parts/show-events.ts";
import { stdoutClosed } from "../parts/stdout-closed.ts";

export function createApp(caller: Caller, terminal: Terminal, globals: Globals, parts: AppParts): App {
  let progress: Progress = silent;
  let trust = false;
  let { signal } = caller;
  let opened: OpenScope | undefined;
  const own = { caller, terminal, globals, parts };
  const now = (): Date => new Date();
  const tell = showEvents(terminal, { progress: () => progress, now });
  const open = async (): Promise<OpenScope> => {
    const ctx = await parts.makeContext({ ...caller, signal }, terminal, {
      progress: { ...progress, report: (event) => tell(progressDraft(event)) },
      trust,
      verbose: globals.verbose,
      json: globals.json,
    });
    return (opened = openScope(ctx, scopeOptions(own, tell)));
  };
  let opening: Promise<OpenScope> | undefined;
  return {
    terminal,
    caller,
    globals,
    now,
    show: async (how) => {
      if (typeof how === "object") return (progress = how);
      const { createProgress } = await import("../../ui/terminal/progress.ts");
      const on = how === "live" ? terminal : { ...terminal, isLive: false };
      return (progress = await createProgress(on, () => performance.now()));
    },
    trust: (given) => {
      trust = given;
    },
    endWithOutput: () => {
      const gone = stdoutClosed(caller);
      signal = AbortSignal.any([caller.signal, gone]);
      return gone;
    },
    scope: async () => (await (opening ??= open())).scope,
    openRequest: async (request) => await requestScope(own, request),
    visited: () => opened?.visited ?? new Set(),
    json: (value) => (terminal.out(JSON.stringify(value, null, 2)), 0),
    stop: () => {
      progress.stop();
      opened?.close();
    },
  };
}
