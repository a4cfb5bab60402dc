import { hostMakers } from "../../app/host-makers.ts";
import { openScope, type OpenScope, type ScopeOptions } from "../../app/scope.ts";
import type { Terminal } from "../../ui/terminal/terminal.ts";
import { silent } from "../parts/show-events.ts";
import type { Globals, RequestOptions } from "./app.ts";
import type { AppParts } from "./app-parts.ts";
import type { Caller } from "./caller.ts";

/** What every scope of a command is made of. */
export interface ScopeParts {
  caller: Caller;
  terminal: Terminal;
  globals: Globals;
  parts: AppParts;
}

export function scopeOptions({ caller, globals, parts }: ScopeParts, tell: ScopeOptions["tell"]): ScopeOptions {
  const makers = { ...hostMakers(caller.program), ...parts };
  return { folder: caller.cwd(), onlyHost: globals.host, cpus: caller.cpus, makers, tell };
}

/**
 * The scope of one request of a server that runs as a command: what it finds out counts for that request only. No one can be asked,
 * so every question is answered with no; what a person agreed to before counts.
 */
export async function requestScope(own: ScopeParts, request: RequestOptions): Promise<OpenScope> {
  const { signal, tell, folder, share = (makers) => makers } = request;
  const { caller, terminal, parts } = own;
  const { COWORK_YES: _, ...env } = caller.env;
  const ended = AbortSignal.any([caller.signal, signal]);
  const mute = { ...terminal, canAsk: false, err: () => undefined };
  const how = { progress: silent, trust: false, verbose: false, json: true };
  const ctx = await parts.makeContext({ ...caller, env, signal: ended }, mute, how);
  const options = scopeOptions(own, tell);
  return openScope(ctx, { ...options, folder: folder ?? options.folder, makers: share(options.makers) });
}
