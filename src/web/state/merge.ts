import type { MergeItem, MergeView } from "../../contract/merging/merge.ts";

/** The words and the colour of what became of a session in a merge. */
export const mergeWords: Record<MergeItem["state"], [text: string, tone: string]> = {
  waiting: ["Waiting", ""],
  landed: ["Landed", "good"],
  unchanged: ["Nothing new", ""],
  conflicted: ["Conflicts", "bad"],
  failed: ["Tests fail", "bad"],
  unjudged: ["Not judged", "waiting"],
};

const headings: Record<MergeView["state"], string> = {
  running: "Merging into",
  done: "Merged into",
  failed: "Could not merge into",
  interrupted: "Interrupted merge into",
};

/** `Merged into main` */
export function mergeHeading({ state, into, items }: Pick<MergeView, "state" | "into" | "items">): string {
  if (state === "done" && !items.some((item) => item.state === "landed" || item.state === "unchanged"))
    return `Nothing was merged into ${into}`;
  return `${headings[state]} ${into}`;
}

/** What a merge left out, in a line for each session; empty if all of them landed. */
export function leftOut({ items }: Pick<MergeView, "items">): string[] {
  const out = items.filter(({ state }) => state === "conflicted" || state === "failed" || state === "unjudged");
  return out.map(({ session, state }) => `${session}: ${mergeWords[state][0].toLowerCase()}`);
}
