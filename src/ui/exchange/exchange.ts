import type { ChangesResult } from "../../clone/exchange/pull-changes.ts";
import type { PulledRef } from "../../clone/exchange/pull-apply.ts";
import type { PushResult } from "../../clone/exchange/push.ts";
import { plain } from "../../system/text.ts";
import { plural } from "../terminal/units.ts";

/** `created branch web at 1a2b3c4, 2 commits` */
export function renderPulled({ ref, commit, state, commits }: PulledRef): string {
  const name = refName(ref);
  if (state === "unchanged") return `${name} is already at ${short(commit)}`;
  const done = state === "made" ? `created ${name} at` : `updated ${name} to`;
  const count = commits === undefined ? "" : commits === 0 ? ", no new commits" : `, ${plural(commits, "commit")}`;
  return `${done} ${short(commit)}${count}`;
}

/** `applied 2 files: 1 added, 1 changed`, and each file. */
export function renderApplied({ files }: ChangesResult["applied"]): string[] {
  if (files.length === 0) return [];
  const counts = (["added", "changed", "removed"] as const).flatMap((kind) => {
    const count = files.filter(({ change }) => change === kind).length;
    return count === 0 ? [] : [`${count} ${kind}`];
  });
  const lines = files.map(({ path, change }) => `  ${change.padEnd(7)}  ${path}`);
  return [`applied ${plural(files.length, "file")}: ${counts.join(", ")}`, ...lines];
}

/** `created project/main at 1a2b3c4 in the session`, and how the session's branch moved. */
export function renderPushed({ ref, commit, state, moved }: PushResult): string {
  const name = refName(ref);
  const done = {
    made: `created ${name} at ${short(commit)} in the session`,
    updated: `updated ${name} to ${short(commit)} in the session`,
    unchanged: `${name} is already at ${short(commit)} in the session`,
  }[state];
  if (moved === undefined) return done;
  return `${done}\nmoved the session's branch from ${short(moved.from)} to ${short(moved.to)}`;
}

/** `branch web`, `tag v1`, `project/main` */
function refName(ref: string): string {
  const [, kind, name = ref] = /^refs\/(heads|tags|remotes)\/(.+)$/.exec(ref) ?? [];
  return `${kind === "heads" ? "branch " : kind === "tags" ? "tag " : ""}${plain(name)}`;
}

function short(commit: string): string {
  return plain(commit).slice(0, 10);
}
