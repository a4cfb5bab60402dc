import { findParts, newPart, type Part } from "./parts.ts";
import type { FileSyntax } from "./syntax.ts";
import { distribute } from "./tokens.ts";

/** One function, class, field … of a file. Several under one key (overloads, a reopened class) are one entity. */
export interface Entity {
  /** e.g. `Session.start` */
  key: string;
  /** the last part of the key */
  name: string;
  kind: string;
  /** the text up to the body, without comments; sorted */
  signatures: string[];
  /** all tokens of the body but those of entities in it, without comments */
  body: string;
  /** how often it uses each identifier, its own name at its definition left out; `this.x` is there as this too */
  uses: ReadonlyMap<string, number>;
  /** first and last line of each part, from 0 */
  lines: [first: number, last: number][];
}

export interface FileEntities {
  entities: ReadonlyMap<string, Entity>;
  /** what is outside of all entities, imports included */
  top: Entity;
  imports: [first: number, last: number][];
  /** The parser could not read all of it: what it did not find may be there. */
  broken: boolean;
}

/** Puts the captures of one file together to entities. */
export function toEntities(text: string, { captures, broken }: FileSyntax): FileEntities {
  const parts = findParts(text, captures);
  const top = newPart({ name: "", kind: "top", start: 0, end: text.length, bodyStart: 0, lines: [0, 0] });
  distribute(text, [top, ...parts], captures);
  const byKey = Map.groupBy(
    parts.filter(({ kind }) => kind !== "scope"),
    ({ key }) => key,
  );
  return {
    entities: new Map([...byKey].map(([key, same]) => [key, merge(key, same)])),
    top: merge("", [top]),
    imports: captures.filter(({ role }) => role === "import").map(({ lines }) => lines),
    broken,
  };
}

function merge(key: string, parts: readonly Part[]): Entity {
  const [first] = parts;
  const uses = new Map<string, number>();
  for (const one of parts) for (const [used, times] of one.uses) uses.set(used, (uses.get(used) ?? 0) + times);
  const name = first?.name ?? "";
  // Its name is in each of its definitions, but that is no use of it.
  const own = (uses.get(name) ?? 0) - parts.length;
  if (own > 0) uses.set(name, own);
  else uses.delete(name);
  return {
    key,
    name,
    kind: first?.kind ?? "",
    signatures: parts.map(({ signature }) => signature.join(" ")).toSorted(),
    body: parts.map(({ body }) => body.join(" ")).join("\n"),
    uses,
    lines: parts.map(({ lines }) => lines),
  };
}
