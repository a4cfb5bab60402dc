import type { Part } from "./parts.ts";
import type { Capture } from "./syntax.ts";

const token = /[\p{L}_$][\p{L}\p{N}_$]*|\p{N}[\p{L}\p{N}_]*|\S/gu;
const isIdentifier = /^[\p{L}_$]/u;
const self = /^(?:this|\$this|self|Self|cls|super)$/;

const count = (uses: Map<string, number>, name: string): void => void uses.set(name, (uses.get(name) ?? 0) + 1);

/** How a use of a name through the object itself is counted. */
export const selfUse = (name: string): string => `this.${name}`;

/** Gives each token to the innermost entity that it is in. */
export function distribute(text: string, parts: readonly Part[], captures: readonly Capture[]): void {
  const verbatim = captures
    .filter(({ role }) => role === "string" || role === "ignore")
    .toSorted((a, b) => a.start - b.start);
  const inside: Part[] = [];
  let entered = 0;
  let afterSelf = false;
  const give = (start: number, value: string, isName: boolean): void => {
    for (let next = parts[entered]; next !== undefined && next.start <= start; next = parts[entered]) {
      inside.push(next);
      entered += 1;
    }
    while (inside.length > 1 && (inside.at(-1)?.end ?? 0) <= start) inside.pop();
    const holder = inside.at(-1);
    if (holder === undefined) return;
    (start < holder.bodyStart ? holder.signature : holder.body).push(value);
    if (isName) count(holder.uses, value);
    if (isName && afterSelf) count(holder.uses, selfUse(value));
    afterSelf = isName ? self.test(value) : afterSelf && /^[.?:>-]$/.test(value);
  };
  let at = 0;
  const scan = (end: number): void => {
    if (end <= at) return;
    const base = at;
    for (const { 0: value, index } of text.slice(at, end).matchAll(token))
      give(base + index, value, isIdentifier.test(value));
  };
  for (const { start, end, role } of verbatim) {
    if (end <= at) continue;
    scan(start);
    if (role === "string") give(Math.max(start, at), text.slice(Math.max(start, at), end), false);
    at = end;
  }
  scan(text.length);
  // Names that share a declaration share its text, which the last of them was given.
  for (let index = parts.length - 2; index > 0; index -= 1) {
    const [one, next] = [parts[index], parts[index + 1]];
    if (one === undefined || next === undefined || one.start !== next.start || one.end !== next.end) continue;
    [one.signature, one.body, one.uses] = [next.signature, next.body, new Map(next.uses)];
  }
}
