import { CoworkError, usageError } from "../../errors.ts";
import type { OneSession } from "../../session/session-host.ts";
import { nameKey } from "../../session/record/names.ts";
import type { Selector } from "../../session/types.ts";
import { plain } from "../../system/text.ts";
import { fullName, knownSessions, matching, readWord, type KnownSession, type SessionWord } from "./known-sessions.ts";
import type { Scope } from "../scope.ts";
import { selectSessions } from "./select-sessions.ts";

/** The sessions found in one project, and a scope in that project's folder. */
export interface Found<S extends Selector = Selector> {
  scope: Scope;
  selector: S;
}

/** The sessions as the user names them. */
export interface SessionWords {
  words: readonly string[];
  all: boolean;
}

/**
 * Finds the session for a word: a name inside its project, or `project/session` or an id anywhere, each optionally with `@host`.
 * If no record names the session, its host decides whether it exists.
 * @throws USAGE if several sessions match, NOT_A_PROJECT, SESSION_NOT_FOUND, the error of a damaged record
 */
export async function findSession(scope: Scope, word: string, verb: string): Promise<Found<OneSession>> {
  const read = readWord(word);
  const only = scope.onlyHost;
  if (only !== undefined && read.host !== undefined && only !== read.host) {
    throw usageError(`${plain(word)} is not on ${plain(only)}.`, `cowork ${verb} ${plain(word)}`);
  }
  const wanted: SessionWord = { ...read, host: read.host ?? only };
  const root = await rootHere(scope);
  const isBare = read.project === undefined && read.host === undefined;
  if (isBare && root !== undefined && (only !== undefined || (await isOfThisProject(scope, word))))
    return await byName(scope, word);
  const known = await knownSessions(scope.ctx, root);
  const found = matching(wanted, known);
  if (found.length > 1) throw severalSessions(word, found, verb);
  const [one] = found;
  if (one !== undefined) return await at(scope, one, root, wanted.host);
  return await unlisted(scope, wanted, { word, known, root });
}

/**
 * Finds the sessions for the words, grouped by project. Without words: all sessions of this project, or with `all` of every project.
 * @param options.outside `all`: without words, outside of a project, find the sessions of all projects; absent: NOT_A_PROJECT
 */
export async function findSessions(
  scope: Scope,
  { words, all }: SessionWords,
  options: { verb: string; outside?: "all" },
): Promise<Found[]> {
  if (words.length === 0 || all) {
    const every = all || (options.outside === "all" && (await rootHere(scope)) === undefined);
    return [{ scope, selector: await selectSessions(scope, words, every) }];
  }
  const each: Found<OneSession>[] = [];
  for (const word of words) each.push(await findSession(scope, word, options.verb));
  // Two words may name the same session.
  const keyOf = ({ selector: { project, names } }: Found<OneSession>): string =>
    JSON.stringify([project?.name, project?.root, nameKey(names[0])]);
  const once = [...new Map(each.toReversed().map((one) => [keyOf(one), one])).values()].toReversed();
  const groups = Map.groupBy(once, ({ scope: its, selector: { project } }) =>
    JSON.stringify([project?.name, project?.root, its.onlyHost]),
  );
  return [...groups.values()].flatMap(([first, ...more]) => {
    if (first === undefined) return [];
    const names = [first, ...more].flatMap(({ selector }) => selector.names);
    return [{ scope: first.scope, selector: { ...first.selector, names } }];
  });
}

/** The root of the folder's project; undefined outside of a project. */
export async function rootHere(scope: Scope): Promise<string | undefined> {
  return (await scope.findPlace())?.tree.root;
}

/**
 * Returns the scope and the selector of a known session. The host of a session that only `SESSIONS` names is not taken as the
 * user's choice: the file may come from a repository, so only a host that the user typed is.
 * @param here root of the folder's project
 * @param typed the host that the user typed
 */
export async function at(
  scope: Scope,
  { name, root, record, error }: KnownSession,
  here: string | undefined,
  typed?: string,
): Promise<Found<OneSession>> {
  if (error !== undefined) throw error;
  const host = record === undefined ? typed : "local";
  if (root === here) return await byName(scope.at(scope.folder, host), name);
  if (record === undefined) return await byName(scope.at(root, host), name);
  const { belongsTo } = await import("../../session/record/identity.ts");
  // The current project may be the session's project, moved since the record was written.
  if (here !== undefined && (await belongsTo(record, await placeIdentity(scope, record)))) {
    return await byName(scope.at(scope.folder, host), name);
  }
  const project = { name: record.project, root, rootCommit: record.rootCommit };
  return { scope: scope.at(root, host), selector: { project, names: [name] } };
}

async function placeIdentity(
  scope: Scope,
  record: { project: string },
): Promise<{ name: string; root: string; rootCommit: string }> {
  const { name, tree } = await scope.place();
  // git is needed only if the names are equal.
  const rootCommit = name === record.project ? (await scope.project()).facts.rootCommit : "";
  return { name, root: tree.root, rootCommit };
}

async function byName(scope: Scope, name: string): Promise<Found<OneSession>> {
  const selector = await selectSessions(scope, [], false);
  return { scope, selector: { ...selector, names: [name] } };
}

/** A quick check: a record with exactly this name, or an entry of `SESSIONS`. */
async function isOfThisProject(scope: Scope, word: string): Promise<boolean> {
  const [{ readIndex, indexedHost }, { pathExists }, { sessionId }] = await Promise.all([
    import("../hosts.ts"),
    import("../../system/files/files.ts"),
    import("../../session/record/names.ts"),
  ]);
  const [ctx, { name }] = [scope.ctx, await scope.place()];
  if (await pathExists(ctx.paths.record(sessionId(name, word)))) return true;
  return indexedHost(await readIndex(scope), word) !== undefined;
}

/** A session that no file names: its project's host decides, if the project is known. */
async function unlisted(
  scope: Scope,
  { project, name, host }: SessionWord,
  { word, known, root }: { word: string; known: readonly KnownSession[]; root: string | undefined },
): Promise<Found<OneSession>> {
  const isHere = root !== undefined && (project === undefined || project === (await scope.place()).name);
  if (isHere) return await byName(host === scope.onlyHost ? scope : scope.at(scope.folder, host), name);
  const roots = new Set(known.filter((one) => project !== undefined && one.project === project).map((one) => one.root));
  const [only] = roots;
  if (roots.size === 1 && only !== undefined) return await byName(scope.at(only, host), name);
  // Without any known session, the error is that this is not a project.
  if (project === undefined && known.length === 0) await scope.place();
  const why = project === undefined ? "" : `: project ${plain(project)} is not known`;
  throw new CoworkError("SESSION_NOT_FOUND", `Session ${plain(word)} not found${why}.`, {
    hint: "cowork list --all",
  });
}

function severalSessions(word: string, found: readonly KnownSession[], verb: string): CoworkError {
  const names = found.map((one) => plain(fullName(one, found)));
  return usageError(`${plain(word)} is ambiguous: ${names.join(" or ")}.`, `cowork ${verb} ${names[0]}`);
}
