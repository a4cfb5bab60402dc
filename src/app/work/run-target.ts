import type { AgentId } from "../../contract/agents.ts";
import { CoworkError, fromView, usageError } from "../../errors.ts";
import { ownCommand } from "../../hint.ts";
import type { OneSession, SessionHost } from "../../session/session-host.ts";
import { plain } from "../../system/text.ts";
import { findOneSession } from "../find/one-session.ts";
import { readWord } from "../find/known-sessions.ts";
import { nearOwnSession } from "../find/near-session.ts";
import { hostOfOne } from "../hosts.ts";
import type { Scope } from "../scope.ts";

/** A session that a run, or a terminal, is for. */
export interface RunTarget {
  scope: Scope;
  selector: OneSession;
  name: string;
  host: SessionHost;
  /** the agent that it has; absent: it does not exist yet */
  agent?: string;
  /** it does not exist yet and is created first */
  isNew: boolean;
}

/** How a new session is created; see `init`. */
export interface NewSession {
  from: string | undefined;
  branch: string | undefined;
  carry: boolean;
  /** absent: as configured */
  agent?: AgentId | undefined;
}

/**
 * Finds the sessions of a run. With `copies` they are `name-1`, `name-2` …; a name of this project that no session has is a new
 * session. A name that is nearly another's is asked about first.
 * @throws USAGE, SESSION_NOT_FOUND for a session of another project
 */
export async function runTargets(scope: Scope, word: string | undefined, copies: number): Promise<RunTarget[]> {
  if (copies === 1) return [await findTarget(scope, word, "run")];
  if (word === undefined) throw usageError("--copies needs a session name.", "cowork run <session> --copies 3 'task'");
  const targets: RunTarget[] = [];
  for (let n = 1; n <= copies; n += 1) targets.push(await findTarget(scope, numbered(word, n), "run"));
  return targets;
}

/** `fix` and 2: `fix-2`; `fix@box` and 2: `fix-2@box`. */
function numbered(word: string, n: number): string {
  const at = word.indexOf("@");
  return at < 0 ? `${word}-${n}` : `${word.slice(0, at)}-${n}${word.slice(at)}`;
}

/**
 * The session of that name, or a new one.
 * @param verb the command, for the next step of an error
 * @throws as `runTargets`
 */
export async function findTarget(scope: Scope, word: string | undefined, verb: string): Promise<RunTarget> {
  const found = await findOneSession(scope, word, verb);
  const host = await hostOfOne(found.scope, found.selector);
  const [name] = found.selector.names;
  const target = { ...found, name, host };
  try {
    const [view] = await host.list(found.selector);
    return { ...target, isNew: false, ...(view === undefined ? {} : { agent: view.agent }) };
  } catch (error) {
    if (!(error instanceof CoworkError) || error.code !== "SESSION_NOT_FOUND") throw error;
    if (word !== undefined && readWord(word).project !== undefined) throw error;
    await confirmNew(scope, name);
    return { ...target, isNew: true };
  }
}

async function confirmNew(scope: Scope, name: string): Promise<void> {
  const { checkSessionName } = await import("../../session/record/names.ts");
  checkSessionName(name);
  const near = await nearOwnSession(scope, name);
  if (near === undefined) return;
  const text = `Session ${plain(name)} does not exist, but ${plain(near)} does. Create ${plain(name)}?`;
  if ((await scope.ctx.ask({ kind: "confirm", text })) === true) return;
  throw new CoworkError("SESSION_NOT_FOUND", `Session ${plain(name)} does not exist. Did you mean ${plain(near)}?`, {
    hint: [ownCommand("init", name)],
  });
}

/**
 * Creates the targets that do not exist.
 * @throws the error of the first session that could not be created
 */
export async function createTargets(scope: Scope, targets: readonly RunTarget[], fresh: NewSession): Promise<void> {
  const names = targets.filter(({ isNew }) => isNew).map(({ name }) => name);
  if (names.length === 0) return;
  const { initSessions } = await import("../sessions/init.ts");
  const its = targets.find(({ isNew }) => isNew)?.scope ?? scope;
  const options = { ...fresh, names, config: undefined, baseImage: undefined, noStart: false };
  const failed = (await initSessions(its, options)).find(({ ok }) => !ok);
  if (failed?.error !== undefined) throw fromView(failed.error);
}
