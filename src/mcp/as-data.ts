import type { Json } from "../contract/common.ts";
import { visible } from "../system/text.ts";

// What leaves cowork for another agent: no character that hides or reorders text, and nothing that fills its context.

/** Characters of a text: alone in a result, in an entry of a list, and in an entry that is too long otherwise. */
const maxText = { alone: 50_000, listed: 4_000, short: 200 } as const;
const maxDepth = 12;
const maxElements = 500;
const maxShortElements = 100;
/** Characters of what an agent gave as JSON of any form. */
const maxForeign = 8_000;
/** Characters of all entries of a list. */
const maxEntries = 60_000;

/** Fields of the contract that have any form. */
const anyForm: readonly string[] = ["input", "data"];

/** The value with every text readable and bounded. */
export function asData(value: unknown, longest: keyof typeof maxText = "alone", depth = 0): Json {
  if (typeof value === "string") return asText(value, maxText[longest]);
  if (typeof value === "number" || typeof value === "boolean") return value;
  if (typeof value !== "object" || value === null) return null;
  if (depth >= maxDepth) return "…";
  const inner = (one: unknown): Json => asData(one, longest, depth + 1);
  const most = longest === "short" ? maxShortElements : maxElements;
  if (Array.isArray(value)) return value.slice(0, most).map(inner);
  const fields = Object.entries(value).filter(([, one]) => one !== undefined);
  return Object.fromEntries(
    fields.slice(0, most).map(([key, one]) => [asText(key, maxText.short), asField(key, one, inner)]),
  );
}

function asField(key: string, value: unknown, inner: (value: unknown) => Json): Json {
  if (!anyForm.includes(key)) return inner(value);
  const { length } = JSON.stringify(value) ?? "";
  return length <= maxForeign ? inner(value) : { cut: `${length} characters are left out` };
}

function asText(text: string, most: number): string {
  return text.length <= most
    ? visible(text)
    : `${visible(text.slice(0, most))}… (${text.length - most} more characters)`;
}

/**
 * The entries of a list as data, as many as fit into one result, and how many are left out.
 * @param options.lastFirst those at the end of the list count most
 */
export function listAsData(
  all: readonly unknown[],
  { lastFirst }: { lastFirst: boolean },
): { entries: Json[]; left: number } {
  const entries: Json[] = [];
  let room = maxEntries;
  for (const one of lastFirst ? all.toReversed() : all) {
    let entry = asData(one, "listed");
    if (entries.length === 0 && size(entry) > room) entry = asData(one, "short");
    room -= size(entry);
    if (room < 0 && entries.length > 0) break;
    entries.push(entry);
  }
  return { entries: lastFirst ? entries.toReversed() : entries, left: all.length - entries.length };
}

function size(value: Json): number {
  return JSON.stringify(value).length;
}
