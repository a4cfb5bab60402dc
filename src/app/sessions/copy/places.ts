import { basename } from "node:path/posix";
import { usageError } from "../../../errors.ts";
import { ownCommand } from "../../../hint.ts";
import { plain } from "../../../system/text.ts";

/** One end of a copy, as the user wrote it. */
export type CopyPlace =
  | { kind: "session"; session: string | undefined; path: string }
  | { kind: "local"; path: string }
  /** `-`: stdin or stdout */
  | { kind: "stream" };

const example = "cowork cp a:report.md .";

/**
 * Reads the two arguments of `cp`. One of them is `session:path`, also with nothing before the colon for the default session; a local
 * path with a colon needs `./` in front.
 */
export function readPlaces(from: string, to: string): [from: CopyPlace, to: CopyPlace] {
  const places: [CopyPlace, CopyPlace] = [readPlace(from), readPlace(to)];
  const noPath = places.some((place) => place.kind === "session" && place.path === "");
  if (noPath) {
    const [first, second] = [from, to].map((word) => (/^(?![./~]).*:$/s.test(word) ? `${word}.` : word));
    const which = first === from ? to : from;
    throw usageError(`${plain(which)} names no path in the session.`, [ownCommand("cp", first ?? "", second ?? "")]);
  }
  const sessions = places.filter(({ kind }) => kind === "session").length;
  if (sessions === 2)
    throw usageError("cp copies between a session and this machine, not between two sessions.", example);
  if (sessions === 0)
    throw usageError(`Neither ${plain(from)} nor ${plain(to)} is in a session: write session:path.`, example);
  return places;
}

function readPlace(word: string): CopyPlace {
  if (word === "-") return { kind: "stream" };
  const colon = word.indexOf(":");
  if (colon < 0 || /^[./~]/.test(word)) return { kind: "local", path: word };
  const [session, path] = [word.slice(0, colon), word.slice(colon + 1)];
  if (path.includes("\0")) throw usageError("A path has no NUL character.", example);
  return { kind: "session", session: session === "" ? undefined : session, path };
}

/** The name that a copy gets in a folder. Undefined for `.`, `..` and `/`: then the content itself is copied. */
export function nameOf(path: string): string | undefined {
  const name = basename(path);
  return name === "" || name === "." || name === ".." ? undefined : name;
}
