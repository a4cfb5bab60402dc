import type { TranscriptEntry } from "../../../contract/work/transcript.ts";

export interface Card {
  entry: TranscriptEntry;
  result?: Extract<TranscriptEntry, { kind: "tool-result" }>;
}

/** Puts each result to the call that it belongs to, so that both are one card. */
export function joinResults(entries: readonly TranscriptEntry[]): Card[] {
  const cards: Card[] = [];
  const calls = new Map<string, number>();
  for (const entry of entries) {
    const at = entry.kind === "tool-result" ? calls.get(entry.id) : undefined;
    const card = at === undefined ? undefined : cards[at];
    if (entry.kind === "tool-result" && card !== undefined && at !== undefined) {
      cards[at] = { ...card, result: entry };
      calls.delete(entry.id);
      continue;
    }
    if (entry.kind === "tool") calls.set(entry.id, cards.length);
    cards.push({ entry });
  }
  return cards;
}
