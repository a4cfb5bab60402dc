import { describeFailure, parseBlocked, type Place, placeLines } from "./inspection.ts";
import { judgeCommits } from "./judge-commits.ts";
import { judgeFiles, judgePrecious } from "./judge-files.ts";
import type { Saved } from "./saved.ts";
import type { Holdings } from "../types.ts";

/**
 * Compares the script's output for one repository with what the project holds. A section that is missing or failed is
 * unreadable; everything is listed for which it is not proved that it exists elsewhere too.
 * @param remoteTips see HoldingsOptions
 */
export async function judgePlace(
  place: Place,
  saved: Saved,
  remoteTips: ReadonlySet<string> = new Set(),
): Promise<Holdings> {
  const holdings = noHoldings();
  const why = place.sections.get("unreadable")?.text;
  if (why !== undefined) return { ...holdings, unreadable: [why] };
  if (place.sections.has("outside")) holdings.outside = place.sections.has("stale") ? "gone" : "there";
  holdings.blocked = ["blocked", "blockedwork"].flatMap((name) => parseBlocked(place.sections.get(name)?.text ?? ""));
  holdings.canSudo = placeLines(place, "sudo").includes("yes");
  readHead(place, holdings);
  await judgeCommits(place, saved, holdings, remoteTips);
  if (place.kind !== "module" && place.sections.has("status")) {
    holdings.operation = readOperation(place);
    await judgeFiles(place, saved, holdings);
    await judgePrecious(place, saved, holdings);
  }
  const lfs = new Set([...placeLines(place, "lfs"), ...placeLines(place, "cleaned")]);
  for (const oid of lfs) if (!(await saved.hasLfs(oid))) holdings.lfs.push(oid);
  holdings.unreadable.push(...failures(place));
  return holdings;
}

/** The sections that each kind of repository must have; a script that was killed leaves some out. */
const needed: Record<Place["kind"], readonly string[]> = {
  main: ["blocked", "status", "operation", "pending", "precious", "refs", "stash", "graph", "lfs", "abandoned"],
  submodule: ["status", "operation", "pending", "precious", "refs", "stash", "graph", "lfs", "abandoned"],
  worktree: ["status", "operation", "pending", "precious"],
  module: ["pending", "refs", "stash", "graph", "lfs", "abandoned"],
};
const mayBeLeftOut = ["blocked", "unhide", "add", "blockedwork", "cleaned", "worktree", "changes", "indexchanges"];

function failures(place: Place): string[] {
  const isStale = place.sections.has("stale");
  const missing = isStale ? [] : needed[place.kind].filter((name) => place.sections.get(name)?.code === undefined);
  // Unreadable files are listed one by one.
  const isNamed = (place.sections.get("blockedwork")?.text ?? "") !== "";
  const failed = [...new Set([...needed[place.kind], ...mayBeLeftOut])].flatMap((name) => {
    const section = place.sections.get(name);
    if (name === "add" && isNamed) return [];
    return section?.code === undefined || section.code === 0 ? [] : [describeFailure(name, section.stderr)];
  });
  return [...missing.map((name) => `${name}: no answer`), ...failed];
}

function readHead(place: Place, holdings: Holdings): void {
  const [head] = placeLines(place, "head");
  const [oid] = placeLines(place, "oid");
  const [behind, ahead] = (placeLines(place, "ahead")[0] ?? "").split("\t").map(Number);
  holdings.branch = head?.startsWith("refs/heads/") ? head.slice("refs/heads/".length) : null;
  holdings.head = /^[0-9a-f]{40,64}$/.test(oid ?? "") ? (oid ?? null) : null;
  holdings.ahead = ahead || 0;
  holdings.behind = behind || 0;
}

const operations: [file: string, name: string][] = [
  ["am", "am"],
  ["rebase-merge", "rebase"],
  ["rebase-apply", "rebase"],
  ["MERGE_HEAD", "merge"],
  ["CHERRY_PICK_HEAD", "cherry-pick"],
  ["REVERT_HEAD", "revert"],
  ["sequencer", "cherry-pick"],
  ["BISECT_LOG", "bisect"],
];

function readOperation(place: Place): string | null {
  const there = placeLines(place, "operation");
  return operations.find(([file]) => there.includes(file))?.[1] ?? null;
}

export function noHoldings(): Holdings {
  return {
    head: null,
    branch: null,
    ahead: 0,
    behind: 0,
    counts: { uncommitted: 0, untracked: 0, stashes: 0 },
    uncommitted: [],
    conflicted: [],
    untracked: [],
    precious: [],
    stashes: [],
    unsavedRefs: [],
    lfs: [],
    operation: null,
    submodules: [],
    worktrees: [],
    unreadable: [],
    blocked: [],
    outside: null,
    abandoned: [],
    canSudo: false,
  };
}
