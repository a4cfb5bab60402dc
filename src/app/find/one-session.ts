import { CoworkError, usageError } from "../../errors.ts";
import { ownCommand, type OwnCommand } from "../../hint.ts";
import { sessionAt } from "../../project/find-place.ts";
import type { OneSession } from "../../session/session-host.ts";
import { nameKey } from "../../session/record/names.ts";
import { plain } from "../../system/text.ts";
import { at, findSession, rootHere, type Found } from "./find-sessions.ts";
import { fullName, knownSessions, type KnownSession } from "./known-sessions.ts";
import { emitNote } from "../sessions/outcomes.ts";
import type { Scope } from "../scope.ts";

/**
 * Finds the session of a command that works on one session.
 * @param verb the command, for the next step of an error
 * @param again the same, if the name of a session has to be at another place
 * @throws as `findSession`; USAGE, INTERRUPTED if no session is named
 */
export async function findOneSession(
  scope: Scope,
  word: string | undefined,
  verb: string,
  again: Again = (name) => ownCommand(verb, name),
): Promise<Found<OneSession>> {
  return word === undefined ? await unnamedSession(scope, verb, again) : await findSession(scope, word, verb);
}

/** The command again, with the name of a session. */
type Again = (name: string) => OwnCommand;

/**
 * The default session: the one whose clone the folder is in, or the project's only one, with a note. Otherwise asks the user.
 * @throws USAGE without a terminal, INTERRUPTED
 */
async function unnamedSession(scope: Scope, verb: string, again: Again): Promise<Found<OneSession>> {
  const { ctx, onlyHost } = scope;
  const here = await rootHere(scope);
  const every = (await knownSessions(ctx, here)).filter(
    ({ host, error }) => error === undefined && (onlyHost === undefined || onlyHost === host),
  );
  const inside = sessionAt(ctx.paths, scope.folder);
  const own = every.find(({ id, host }) => id === inside && host === "local");
  if (own !== undefined) return await at(scope, own, here);
  const known = every.filter(({ record }) => record?.hidden !== true);
  const candidates = here === undefined ? known : await ofProject(scope, known);
  const [only, ...more] = candidates;
  if (only === undefined) throw nothingNamed(verb, [], again);
  if (here !== undefined && more.length === 0) {
    emitNote(scope, `using ${only.name}, the only session of ${only.project}`);
    return await at(scope, only, here);
  }
  return await at(scope, await choose(scope, candidates, { here, verb, again }), here);
}

async function choose(
  { ctx }: Scope,
  candidates: readonly KnownSession[],
  { here, verb, again }: { here: string | undefined; verb: string; again: Again },
): Promise<KnownSession> {
  const labels = candidates.map((one) => plain(here === undefined ? fullName(one) : one.name));
  const choices = labels.map((label, n) => ({ value: String(n), label }));
  const answer = await ctx.ask({ kind: "choice", text: "Which session?", choices });
  if (answer === null) throw nothingNamed(verb, labels, again);
  const chosen = typeof answer === "string" ? candidates[Number(answer)] : undefined;
  if (chosen === undefined) throw new CoworkError("INTERRUPTED", "No session was chosen.");
  return chosen;
}

/** The sessions of the folder's project, each name once. */
async function ofProject(scope: Scope, known: readonly KnownSession[]): Promise<KnownSession[]> {
  const { name, tree } = await scope.place();
  const ours = known.filter((one) => one.project === name && one.root === tree.root);
  return [...new Map(ours.map((one) => [nameKey(one.name), one])).values()];
}

function nothingNamed(verb: string, names: readonly string[], again: Again): CoworkError {
  const [first] = names;
  const which = first === undefined ? "" : ` Sessions: ${names.slice(0, 8).join(", ")}${names.length > 8 ? ", …" : ""}`;
  const next = first === undefined ? "run cowork init <name> in a project" : [again(first)];
  return usageError(`Name a session for cowork ${verb}.${which}`, next);
}
