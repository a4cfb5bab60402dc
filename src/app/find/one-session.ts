import { CoworkError, usageError } from "../../errors.ts";
import { sessionAt } from "../../project/find-place.ts";
import type { OneSession } from "../../session/session-host.ts";
import { nameKey } from "../../session/record/names.ts";
import { plain } from "../../system/text.ts";
import { at, findSession, rootHere, type Found } from "./find-sessions.ts";
import { fullName, knownSessions, type KnownSession } from "./known-sessions.ts";
import { tellNote } from "../sessions/outcomes.ts";
import type { Scope } from "../scope.ts";

/**
 * The session that work with one session means.
 * @param verb what is to be done with it, for the next step of an error
 * @throws as `findSession`; USAGE, INTERRUPTED where none is named
 */
export async function findOneSession(scope: Scope, word: string | undefined, verb: string): Promise<Found<OneSession>> {
  return word === undefined ? await unnamedSession(scope, verb) : await findSession(scope, word, verb);
}

/**
 * The session that is meant when none is named: the one whose clone the folder is in; a project's only one, which is said; else a
 * person is asked.
 * @throws USAGE where nobody can be asked, INTERRUPTED
 */
async function unnamedSession(scope: Scope, verb: string): Promise<Found<OneSession>> {
  const { ctx, onlyHost } = scope;
  const here = await rootHere(scope);
  const known = (await knownSessions(ctx, here)).filter(
    ({ host, error }) => error === undefined && (onlyHost === undefined || onlyHost === host),
  );
  const inside = sessionAt(ctx.paths, scope.folder);
  const own = known.find(({ id, host }) => id === inside && host === "local");
  if (own !== undefined) return await at(scope, own, here);
  const candidates = here === undefined ? known : await ofProject(scope, known);
  const [only, ...more] = candidates;
  if (only === undefined) throw nothingNamed(verb, []);
  if (here !== undefined && more.length === 0) {
    tellNote(scope, `${only.name} is the only session of ${only.project}`);
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

/** Those of the project that the folder is in, each name once. */
async function ofProject(scope: Scope, known: readonly KnownSession[]): Promise<KnownSession[]> {
  const { name, tree } = await scope.place();
  const ours = known.filter((one) => one.project === name && one.root === tree.root);
  return [...new Map(ours.map((one) => [nameKey(one.name), one])).values()];
}

function nothingNamed(verb: string, names: readonly string[]): CoworkError {
  const [first] = names;
  const which =
    first === undefined ? "" : ` There are ${names.slice(0, 8).join(", ")}${names.length > 8 ? ", …" : ""}.`;
  const next = first === undefined ? "cowork init <name>, in a project" : `cowork ${verb} ${first}`;
  return usageError(`cowork ${verb} needs a session.${which}`, next);
}
