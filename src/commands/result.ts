import type { ErrorView } from "../errors.ts";
import type { Outcome, Selector, SessionView } from "../session/types.ts";
import type { Context } from "../system/context.ts";
import type { App } from "./app.ts";
import { usageError } from "./usage.ts";

/** All are tried; the code is that of the first failure. */
export function exitCodeOf(outcomes: readonly Outcome[]): number {
  return outcomes.find((outcome) => !outcome.ok)?.exitCode ?? 0;
}

/** Which sessions a command means: those named, all of the host (`--all`), else all of the project. */
export async function selectSessions(app: App, args: readonly string[], all: boolean): Promise<Selector> {
  if (all && args.length > 0) {
    throw usageError("--all means every session: no names beside it.", "name sessions, or give --all alone");
  }
  if (all) return {};
  const { name, tree } = await app.place();
  const project = { name, root: tree.root, rootCommit: await findRootCommit(app) };
  return { project, ...(args.length === 0 ? {} : { names: [...args] }) };
}

/** As a session of this place has it on record; where there is none yet, git is asked. */
async function findRootCommit(app: App): Promise<string> {
  const [{ rootCommitOnRecord }, ctx, { name, tree }] = await Promise.all([
    import("../session/records.ts"),
    app.context(),
    app.place(),
  ]);
  return (await rootCommitOnRecord(ctx, { name, root: tree.root })) ?? (await app.project()).facts.rootCommit;
}

/**
 * This machine's engine is asked for the containers of one name, or of all sessions, while the command finds out whose they are:
 * nobody need wait for its answer later. Not where another machine's are meant: by `--host`, or because there is none of that name
 * here.
 */
export async function askEngineAhead(app: App, name?: string): Promise<void> {
  if (app.globals.host !== undefined) return;
  const [{ askAhead }, { isNameOnRecord }, ctx] = await Promise.all([
    import("../session/world.ts"),
    import("../session/records.ts"),
    app.context(),
  ]);
  if (name === undefined || isNameOnRecord(ctx, name)) await askAhead(ctx, name);
}

/** Shows what came of each session, as text or as the contract's JSON. Gives the exit code. */
export async function showResults(app: App, outcomes: readonly Outcome[]): Promise<number> {
  if (app.globals.json) {
    app.json({ sessions: outcomes.map(sessionJson) });
  } else {
    const { showOutcomes } = await import("../ui/outcomes.ts");
    showOutcomes(app.terminal, outcomes);
  }
  return exitCodeOf(outcomes);
}

/** A session that failed stands among the others, also when nothing of it exists yet. */
export function sessionJson(outcome: Outcome): Partial<SessionView> & { name: string; error?: ErrorView } {
  const { name, ok, session, error, host = "local" } = outcome;
  const base = session ?? { name, host };
  if (ok) return { ...base, name };
  return { ...base, name, state: "failed", ...(error === undefined ? {} : { error }) };
}

/** For the short work that writes down what has happened: it is done also when the command was interrupted. */
export async function calmContext(app: App): Promise<Context> {
  return calm(await app.context());
}

/** The same of a context. */
export function calm(ctx: Context): Context {
  return { ...ctx, signal: new AbortController().signal };
}
