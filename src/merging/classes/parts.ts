import type { Capture, Range } from "./syntax.ts";

/** One definition in a file. */
export interface Part extends Range {
  name: string;
  key: string;
  kind: string;
  bodyStart: number;
  lines: [number, number];
  signature: string[];
  body: string[];
  uses: Map<string, number>;
}

type NewPart = Omit<Part, "key" | "signature" | "body" | "uses">;

export const newPart = (from: NewPart & { key?: string }): Part => ({
  key: "",
  ...from,
  signature: [],
  body: [],
  uses: new Map(),
});

/** The definitions of a file in their order, those in others after these. */
export function findParts(text: string, captures: readonly Capture[]): Part[] {
  return nest(toParts(text, captures));
}

function toParts(text: string, captures: readonly Capture[]): Part[] {
  const named = preferred(text, captures).toSorted((a, b) => a.start - b.start || b.end - a.end);
  const wrappers = Map.groupBy(
    captures.filter(({ role }) => role === "wrapper"),
    ({ end }) => end,
  );
  const parts = named.map(({ role, start, end, lines, owner, body, key }, index) => {
    const around = [...(wrappers.get(end) ?? []), ...(wrappers.get(end + 1) ?? [])];
    const wrapper = around.filter((one) => one.start < start).toSorted((a, b) => b.start - a.start)[0];
    // One that wraps several is none of each.
    const wraps = wrapper !== undefined && (named[index - 1]?.start ?? -1) < wrapper.start;
    const prefix = owner === undefined ? "" : cleanOwner(text.slice(owner.start, owner.end));
    return newPart({
      name: key.split(".").at(-1) ?? key,
      key: prefix === "" ? key : `${prefix}.${key}`,
      kind: role,
      start: wraps ? wrapper.start : start,
      end,
      bodyStart: body?.start ?? end,
      lines: [wraps ? wrapper.lines[0] : lines[0], lines[1]],
    });
  });
  return parts.toSorted((a, b) => a.start - b.start || b.end - a.end);
}

const ranks: Readonly<Record<string, number>> = { type: 1, field: 2, constant: 2 };

/** Several patterns can match one definition: the special one counts, and one that has found the body. */
function preferred(text: string, captures: readonly Capture[]): (Capture & { key: string })[] {
  const rank = ({ role, body }: Capture): number => (ranks[role] ?? 0) * 2 + (body === undefined ? 1 : 0);
  const found = new Map<string, Capture & { key: string }>();
  for (const capture of captures) {
    if (capture.name === undefined) continue;
    const key = cleanName(text.slice(capture.name.start, capture.name.end));
    const place = `${capture.start} ${capture.end} ${key}`;
    const known = found.get(place);
    if (key !== "" && (known === undefined || rank(capture) < rank(known))) found.set(place, { ...capture, key });
  }
  return [...found.values()];
}

/** Prefixes each key with those of the entities around it. */
function nest(parts: readonly Part[]): Part[] {
  const around: Part[] = [];
  return parts.map((one) => {
    while (around.length > 0 && (around.at(-1)?.end ?? 0) < one.end) around.pop();
    const outer = around.at(-1);
    // Two names in one declaration are beside each other.
    const beside = outer !== undefined && outer.start === one.start && outer.end === one.end;
    const parent = beside ? around.at(-2) : outer;
    if (parent !== undefined) one.key = `${parent.key}.${one.key}`;
    if (!beside) around.push(one);
    return one;
  });
}

/** `"quoted"` properties, `:symbols`, C++'s `Type::method`. */
const cleanName = (name: string): string =>
  name
    .replace(/^:/, "")
    .replaceAll("::", ".")
    .replaceAll(/["'`\s]/g, "")
    .slice(0, 200);

/** `A.prototype` is A; what a module exports belongs to the module. */
function cleanOwner(owner: string): string {
  const clean = cleanName(owner).replace(/\.prototype$/, "");
  return /^(?:this|self|(?:module\.)?exports)$/.test(clean) ? "" : clean;
}
