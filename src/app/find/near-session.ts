import { CoworkError } from "../../errors.ts";
import { ownCommand, type OwnCommand } from "../../hint.ts";
import { nameKey } from "../../session/record/names.ts";
import { editDistance } from "../../system/edit-distance.ts";
import { plain } from "../../system/text.ts";
import { fullName, knownSessions, matching, readWord, type KnownSession } from "./known-sessions.ts";
import { rootHere } from "./find-sessions.ts";
import type { Scope } from "../scope.ts";

/** How many sessions of the same name a message lists. */
const maxNamed = 3;

/**
 * Adds the session that was most likely meant to the error, so that the next step does not create one with the mistyped name.
 * @param words the sessions as the user named them
 * @param again the command again, with the session that was meant in place of a word
 */
export async function withNearSession(
  scope: Scope,
  error: CoworkError,
  {
    verb,
    words,
    again,
  }: { verb: string; words: readonly string[]; again: (word: string, meant: string) => OwnCommand },
): Promise<CoworkError> {
  try {
    const { known, here } = await readable(scope);
    for (const word of words) {
      const near = nearSessions(word, known, here).map((name) => plain(name));
      const [meant] = near;
      if (meant === undefined) continue;
      // Do not suggest deleting a session of another project: many projects have a session `a`.
      if (verb === "clean" && meant.includes("/") && !word.includes("/")) continue;
      const message = `${error.message} Did you mean ${orList(near)}?`;
      // Of several sessions none is more likely than the others.
      const hint = [near.length > 1 ? ownCommand("list", "--all") : again(word, meant)];
      return new CoworkError(error.code, message, { hint, cause: error });
    }
  } catch {
    // Other errors are reported elsewhere.
  }
  return error;
}

/** A session of this project of whose name the given name is a likely typo. Undefined if the given name exists. */
export async function nearOwnSession(scope: Scope, name: string): Promise<string | undefined> {
  const here = await rootHere(scope);
  const own = (await knownSessions(scope.ctx, here)).filter((one) => one.root === here);
  if (own.some((one) => nameKey(one.name) === nameKey(name))) return undefined;
  return nearestName(
    name,
    own.map((one) => one.name),
  );
}

/** `a`, `a or b`, `a, b, c or another` */
function orList(names: readonly string[]): string {
  const shown = names.length > maxNamed ? [...names.slice(0, maxNamed), "another"] : [...names];
  const last = shown.pop() ?? "";
  return shown.length === 0 ? last : `${shown.join(", ")} or ${last}`;
}

/** A word in the place of a command: whether it names a session, else the session that was most likely meant. */
export async function findWord(scope: Scope, word: string): Promise<{ isSession: boolean; near?: string | undefined }> {
  const { known, here } = await readable(scope);
  if (isNamed(word, known, here)) return { isSession: true };
  return { isSession: false, near: nearSessions(word, known, here)[0] };
}

interface Readable {
  known: KnownSession[];
  /** root of the folder's project */
  here: string | undefined;
}

async function readable(scope: Scope): Promise<Readable> {
  const here = await rootHere(scope);
  return { here, known: (await knownSessions(scope.ctx, here)).filter(({ error }) => error === undefined) };
}

/** Whether the word names a session of this project, or of the project that the word names. */
function isNamed(word: string, known: readonly KnownSession[], here: string | undefined): boolean {
  const read = readWord(word);
  if (matching(read, known).length > 0) return true;
  const isMeant = ({ name, root, host }: KnownSession): boolean =>
    root === here && nameKey(name) === nameKey(read.name) && (read.host ?? host) === host;
  return here !== undefined && read.project === undefined && known.some(isMeant);
}

/** Names of the sessions that the word was most likely meant for. None if the word names an existing session. */
function nearSessions(word: string, known: readonly KnownSession[], here: string | undefined): string[] {
  const read = readWord(word);
  if (matching(read, known).length > 0) return [];
  const isOurs = (one: KnownSession): boolean => here !== undefined && one.root === here;
  const ours = known.filter(isOurs);
  const onBranch = ours.find(({ name, record }) => record?.start.branch === word && nameKey(name) !== nameKey(word));
  if (onBranch !== undefined) return [onBranch.name];
  const isPlain = read.project === undefined && read.host === undefined;
  if (isPlain && ours.some(({ name }) => nameKey(name) === nameKey(word))) return [];
  const mine = isPlain
    ? nearestName(
        word,
        ours.map(({ name }) => name),
      )
    : undefined;
  if (mine !== undefined) return [mine];
  const others = known.filter(({ name }) => isPlain && nameKey(name) === nameKey(word));
  if (others.length > 0) return [...new Set(others.map((one) => fullName(one)))];
  const names = known.flatMap((one) => [fullName(one), one.id]);
  return [nearestName(read.project === undefined ? word : `${read.project}/${read.name}`, names)].filter(
    (name) => name !== undefined,
  );
}

/**
 * The name of which the word is a likely typo. Short names often differ by a letter on purpose, and so do numbered ones:
 * `task-1` is not a typo of `task-2`.
 */
export function nearestName(word: string, names: readonly string[]): string | undefined {
  const shape = (text: string): string => text.toLowerCase().replace(/\d+/g, "0");
  const ranked = names
    .filter((name) => shape(name) !== shape(word))
    .map((name) => ({ name, distance: editDistance(word.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, distance }) => distance <= allowedTypos(Math.min(word.length, name.length)))
    .toSorted((a, b) => a.distance - b.distance);
  return ranked[0]?.name;
}

function allowedTypos(length: number): number {
  if (length < 3) return 0;
  return length < 6 ? 1 : Math.min(3, Math.floor(length / 3));
}
