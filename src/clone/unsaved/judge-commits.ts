import { plain } from "../../system/text.ts";
import { isRemote } from "./describe.ts";
import { parseGraph, parsePending, type Place, placeLines } from "./inspection.ts";
import { judgeAbandoned } from "./judge-abandoned.ts";
import type { Saved } from "./saved.ts";
import type { Holdings } from "../types.ts";

/** Refs that other sections handle, or that git uses internally. A remote's refs are work until the project or its origin has them. */
const notWork = /^refs\/(stash$|bisect\/|prefetch\/)/;

/** Refs, stashes and unfinished operations whose commits no ref of the project leads to and its origin does not advertise. */
export async function judgeCommits(
  place: Place,
  saved: Saved,
  holdings: Holdings,
  remoteTips: ReadonlySet<string>,
): Promise<void> {
  const pending = parsePending(place.sections.get("pending")?.text ?? "");
  const isStash = ({ name }: { name: string }): boolean => /autostash/i.test(name);
  const { tips, tags } = readTips(place, holdings, remoteTips);
  for (const { name, oid } of pending.filter((each) => !isStash(each))) tips.set(name, oid);
  const stashes = readStashes(place);
  for (const { name, oid } of pending.filter(isStash))
    stashes.set(oid, `${name}, kept by git until the operation ends`);
  holdings.counts.stashes = stashes.size;

  const graph = parseGraph(place.sections.get("graph")?.text ?? "");
  const known = await saved.reachable([...tips.values(), ...stashes.keys(), ...graph.keys()]);
  // The network is used only if it can make a difference.
  const isLost = [...tips.values(), ...stashes.keys()].some((oid) => !known.has(oid));
  if (isLost) for (const oid of await saved.advertised()) markSaved(oid, graph, known);
  for (const [ref, tip] of tips) {
    if (!known.has(tip)) holdings.unsavedRefs.push({ ref, tip, commits: countFrom(tip, graph, known) });
  }
  const saidOf = tags.size === 0 ? new Set<string>() : await saved.tags();
  for (const [ref, oid] of tags) {
    const commitIsSaved = known.has(tips.get(ref) ?? "");
    if (commitIsSaved && !saidOf.has(oid)) holdings.unsavedRefs.push({ ref, tip: oid, commits: 0 });
  }
  for (const [oid, text] of stashes) if (!known.has(oid)) holdings.stashes.push(text);
  await judgeAbandoned(place, saved, holdings, [...tips.values(), ...stashes.keys()]);
}

/** The commit of each ref; for annotated tags also the tag object. */
function readTips(
  place: Place,
  holdings: Holdings,
  remoteTips: ReadonlySet<string>,
): { tips: Map<string, string>; tags: Map<string, string> } {
  const tips = new Map<string, string>();
  const tags = new Map<string, string>();
  for (const line of placeLines(place, "refs")) {
    const [, oid, type, peeled, name] = /^(\S+) (\S+) (\S*) (refs\/.+)$/.exec(line) ?? [];
    if (oid === undefined || name === undefined) holdings.unreadable.push(plain(`refs: ${line}`).slice(0, 300));
    else if (!notWork.test(name)) {
      tips.set(name, type === "tag" && peeled ? peeled : oid);
      if (type === "tag") tags.set(name, oid);
    }
  }
  // Branches of remotes only if nothing else names the commit: origin/HEAD has the same commit as another branch.
  const named = new Set([...tips].filter(([ref]) => !isRemote(ref)).map(([, oid]) => oid));
  for (const [ref, oid] of tips) {
    if (!isRemote(ref)) continue;
    if (named.has(oid) || remoteTips.has(oid)) tips.delete(ref);
    named.add(oid);
  }
  if (holdings.branch === null && holdings.head !== null) tips.set("HEAD", holdings.head);
  return { tips, tags };
}

function readStashes(place: Place): Map<string, string> {
  const stashes = new Map<string, string>();
  for (const line of placeLines(place, "stash")) {
    const [, oid, text] = /^([0-9a-f]{40,64})(?: (.*))?$/.exec(line) ?? [];
    if (oid !== undefined && (text !== undefined || !stashes.has(oid))) stashes.set(oid, text ?? oid);
  }
  return stashes;
}

/** Everything that a saved commit leads to is saved, too. */
function markSaved(tip: string, graph: Map<string, string[]>, known: Set<string>): void {
  const queue = [tip];
  for (const oid of queue) {
    if (known.has(oid) && oid !== tip) continue;
    known.add(oid);
    queue.push(...(graph.get(oid) ?? []));
  }
}

function countFrom(tip: string, graph: Map<string, string[]>, known: Set<string>): number {
  const seen = new Set([tip]);
  for (const oid of seen)
    for (const parent of graph.get(oid) ?? []) if (graph.has(parent) && !known.has(parent)) seen.add(parent);
  return seen.size;
}
