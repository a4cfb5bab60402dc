import { CoworkError, usageError } from "../../errors.ts";
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
 * @throws as `findSession`; USAGE, INTERRUPTED if no session is named
 */
export async function findOneSession(scope: Scope, word: string | undefined, verb: string): Promise<Found<OneSession>> {
  return word === undefined ? await unnamedSession(scope, verb) : await findSession(scope, word, verb);
}

/**
 * The default session: the one whose clone the folder is in, or the project's only one, with a note. Otherwise asks the user.
 * @throws USAGE without a terminal, INTERRUPTED
 */
async function unnamedSession(scope: Scope, verb: string): Promise<Found<OneSession>> {
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
  if (only === undefined) throw nothingNamed(verb, []);
  if (here !== undefined && more.length === 0) {
    emitNote(scope, `using ${only.name}, the only session of ${only.project}`);
    return await at(scope, only, here);
  }
  return await at(scope, await choose(scope, candidates, { here, verb }), here);
}

async function choose(
  { ctx }: Scope,
  candidates: readonly KnownSession[],
  { here, verb }: { here: string | undefined; verb: string },
): Promise<KnownSession> {
  const labels = candidates.map((one) => plain(here === undefined ? fullName(one) : one.name));
  const choices = labels.map((label, n) => ({ value: String(n), label }));
  const answer = await ctx.ask({ kind: "choice", text: "Which session?", choices });
  if (answer === null) throw nothingNamed(verb, labels);
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

function nothingNamed(verb: string, names: readonly string[]): CoworkError {
  const [first] = names;
  const which = first === undefined ? "" : ` Sessions: ${names.slice(0, 8).join(", ")}${names.length > 8 ? ", …" : ""}`;
  const next = first === undefined ? "run cowork init <name> in a project" : `cowork ${verb} ${first}`;
  return usageError(`Name a session for cowork ${verb}.${which}`, next);
}
