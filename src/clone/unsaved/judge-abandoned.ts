import { plain } from "../../system/text.ts";
import { parseGraph, parseRawDiff, type Place, placeLines } from "./inspection.ts";
import type { Saved } from "./saved.ts";
import type { AbandonedCommit, Holdings } from "../types.ts";

/** Reflog messages of commands that rewrite commits. */
const rewriting = /^(commit \(amend\)|rebase|pull\b.*rebase)/;
const resetting = /^(reset|branch)$/;

/**
 * Commits that only a reflog or ORIG_HEAD refers to. Amending and rebasing leave such commits every day, and their replacements are
 * judged with the branches; but a commit on a detached HEAD that was left, or on a deleted branch, is unsaved work.
 * @param others commits that are judged elsewhere: stashes, those of an operation in progress
 */
export async function judgeAbandoned(
  place: Place,
  saved: Saved,
  holdings: Holdings,
  others: readonly string[],
): Promise<void> {
  const graph = parseGraph(place.sections.get("abandoned")?.text ?? "");
  if (graph.size === 0) return;
  const known = await saved.reachable([...graph.keys()]);
  const isLost = [...graph.keys()].some((oid) => !known.has(oid));
  if (isLost) for (const oid of await saved.advertised()) known.add(oid);
  const done = reach([...known, ...others], graph);
  const left = new Map([...graph].filter(([oid]) => !done.has(oid)));
  const parents = new Set([...left.values()].flat());
  const subjects = new Map(
    placeLines(place, "subjects").map((line) => [line.split(" ")[0], line.replace(/^\S+ /, "")]),
  );
  for (const oid of left.keys()) {
    if (parents.has(oid)) continue;
    const commits = [...reach([oid], left)].filter((each) => left.has(each)).length;
    const subject = plain(subjects.get(oid) ?? "").slice(0, 72);
    holdings.abandoned.push({ oid, subject, commits, fate: fateOf(place, oid) });
  }
}

function fateOf(place: Place, oid: string): AbandonedCommit["fate"] {
  const actions = placeLines(place, "leaving")
    .filter((line) => line.startsWith(`${oid} `))
    .map((line) => line.slice(oid.length + 1));
  if (actions.some((action) => rewriting.test(action))) return "rewritten";
  const held = place.sections.get(`held ${oid}`);
  const since = place.sections.get(`since ${oid}`);
  if (held?.code !== 0 || since?.code !== 0) return "left";
  const changes = parseRawDiff(held.text);
  const kept = new Set(placeLines(place, "kept"));
  const contents = [...changes.values()].filter(({ mode }) => mode !== "000000");
  const wasReset = actions.some((action) => resetting.test(action));
  if (contents.every((entry) => kept.has(entry.oid)) && (contents.length > 0 || wasReset)) return "kept";
  const changedSince = parseRawDiff(since.text);
  return wasReset && [...changes.keys()].every((path) => changedSince.has(path)) ? "reset" : "left";
}

/** These commits and all that they lead to, as far as the graph contains them. */
function reach(from: readonly string[], graph: ReadonlyMap<string, string[]>): Set<string> {
  const seen = new Set(from);
  for (const oid of seen) for (const parent of graph.get(oid) ?? []) seen.add(parent);
  return seen;
}
