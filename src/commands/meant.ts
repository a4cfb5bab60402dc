import { CoworkError } from "../errors.ts";
import type { OneSession } from "../session/host-part.ts";
import { nameKey } from "../session/names.ts";
import type { Selector } from "../session/types.ts";
import { plain } from "../system/text.ts";
import type { App } from "./app.ts";
import type { Command } from "./command.ts";
import { fullName, knownSessions, matching, readWord, type KnownSession, type SessionWord } from "./known-sessions.ts";
import { selectSessions } from "./result.ts";
import { usageError } from "./usage.ts";

/** Sessions of one project that a command means, and the app as if it had been called there. */
export interface Meant<S extends Selector = Selector> {
  app: App;
  selector: S;
}

/**
 * The session that a word means: a name inside its project; `project/session` or an id from anywhere, each perhaps with `@host`.
 * What is nowhere on record is left to the session's host to say.
 * @throws USAGE when it could be several sessions, NOT_A_PROJECT, SESSION_NOT_FOUND, what a damaged record gives
 */
export async function sessionOf(app: App, word: string, command: Pick<Command, "name">): Promise<Meant<OneSession>> {
  const read = readWord(word);
  const only = app.globals.host;
  if (only !== undefined && read.host !== undefined && only !== read.host) {
    throw usageError(
      `${plain(word)} is not on ${plain(only)}.`,
      `cowork ${command.name} ${plain(word)}, without --host`,
    );
  }
  const wanted: SessionWord = { ...read, host: read.host ?? only };
  const root = await rootHere(app);
  const isBare = read.project === undefined && read.host === undefined;
  if (isBare && root !== undefined && (only !== undefined || (await isOfThisProject(app, word))))
    return await byName(app, word);
  const known = await knownSessions(await app.context(), root);
  const found = matching(wanted, known);
  if (found.length > 1) throw severalSessions(word, found, command);
  const [one] = found;
  if (one !== undefined) return await at(app, one, root, wanted.host);
  return await unlisted(app, wanted, { word, known, root });
}

/**
 * The sessions that the words mean, project by project. Without words: all of this project, or with `all` of every project.
 * @param options.outside what no words mean where no project is; absent: NOT_A_PROJECT
 */
export async function sessionsOf(
  app: App,
  words: readonly string[],
  options: { all: boolean; command: Pick<Command, "name">; outside?: "all" },
): Promise<Meant[]> {
  if (words.length === 0 || options.all) {
    const all = options.all || (options.outside === "all" && (await rootHere(app)) === undefined);
    return [{ app, selector: await selectSessions(app, words, all) }];
  }
  const each: Meant<OneSession>[] = [];
  for (const word of words) each.push(await sessionOf(app, word, options.command));
  // One session may be named in two ways.
  const keyOf = ({ selector: { project, names } }: Meant<OneSession>): string =>
    JSON.stringify([project?.name, project?.root, nameKey(names[0])]);
  const once = [...new Map(each.toReversed().map((one) => [keyOf(one), one])).values()].toReversed();
  const groups = Map.groupBy(once, ({ app: its, selector: { project } }) =>
    JSON.stringify([project?.name, project?.root, its.globals.host]),
  );
  return [...groups.values()].flatMap(([first, ...more]) => {
    if (first === undefined) return [];
    const names = [first, ...more].flatMap(({ selector }) => selector.names);
    return [{ app: first.app, selector: { ...first.selector, names } }];
  });
}

/** Root of the project that the command was called in; undefined outside of one. */
export async function rootHere(app: App): Promise<string | undefined> {
  try {
    return (await app.place()).tree.root;
  } catch (error) {
    if (error instanceof CoworkError && error.code === "NOT_A_PROJECT") return undefined;
    throw error;
  }
}

/**
 * Goes to a session that is known. The host of one that `SESSIONS` names is found there anew: only what the user typed counts as
 * the user's wish, because the conf may be a repository's.
 * @param here root of the project that the command was called in
 * @param typed the host that was typed
 */
export async function at(
  app: App,
  { name, root, record, error }: KnownSession,
  here: string | undefined,
  typed?: string,
): Promise<Meant<OneSession>> {
  if (error !== undefined) throw error;
  const host = record === undefined ? typed : "local";
  if (root === here) return await byName(app.at(app.caller.cwd(), host), name);
  if (record === undefined) return await byName(app.at(root, host), name);
  const { belongsTo } = await import("../session/identity.ts");
  // The project one stands in may be this one, at another place than on record.
  if (here !== undefined && (await belongsTo(record, await placeIdentity(app, record)))) {
    return await byName(app.at(app.caller.cwd(), host), name);
  }
  const project = { name: record.project, root, rootCommit: record.rootCommit };
  return { app: app.at(root, host), selector: { project, names: [name] } };
}

async function placeIdentity(
  app: App,
  record: { project: string },
): Promise<{ name: string; root: string; rootCommit: string }> {
  const { name, tree } = await app.place();
  // Git is asked only where the name leaves the question open.
  const rootCommit = name === record.project ? (await app.project()).facts.rootCommit : "";
  return { name, root: tree.root, rootCommit };
}

async function byName(app: App, name: string): Promise<Meant<OneSession>> {
  const selector = await selectSessions(app, [], false);
  return { app, selector: { ...selector, names: [name] } };
}

/** Quick: a record of that very name, or an entry of `SESSIONS`. */
async function isOfThisProject(app: App, word: string): Promise<boolean> {
  const [{ readIndex, indexedHost }, { pathExists }, { sessionId }] = await Promise.all([
    import("./hosts.ts"),
    import("../system/files.ts"),
    import("../session/names.ts"),
  ]);
  const [ctx, { name }] = [await app.context(), await app.place()];
  if (await pathExists(ctx.paths.record(sessionId(name, word)))) return true;
  return indexedHost(await readIndex(app), word) !== undefined;
}

/** A session that no file names: its project's host is asked, where that can be told. */
async function unlisted(
  app: App,
  { project, name, host }: SessionWord,
  { word, known, root }: { word: string; known: readonly KnownSession[]; root: string | undefined },
): Promise<Meant<OneSession>> {
  const isHere = root !== undefined && (project === undefined || project === (await app.place()).name);
  if (isHere) return await byName(host === app.globals.host ? app : app.at(app.caller.cwd(), host), name);
  const roots = new Set(known.filter((one) => project !== undefined && one.project === project).map((one) => one.root));
  const [only] = roots;
  if (roots.size === 1 && only !== undefined) return await byName(app.at(only, host), name);
  // Nothing that could be meant from here: a project has to be entered first.
  if (project === undefined && known.length === 0) await app.place();
  const why = project === undefined ? "" : `, and no project ${plain(project)}`;
  throw new CoworkError("SESSION_NOT_FOUND", `There is no session ${plain(word)} here${why}.`, {
    hint: "cowork list --all",
  });
}

function severalSessions(word: string, found: readonly KnownSession[], command: Pick<Command, "name">): CoworkError {
  const names = found.map((one) => plain(fullName(one, found)));
  return usageError(`${plain(word)} could be ${names.join(" or ")}.`, `cowork ${command.name} ${names[0]}`);
}
