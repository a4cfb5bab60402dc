import { type HintPart, type OwnCommand, ownCommand, steps } from "../../hint.ts";
import { plain } from "../../system/text.ts";
import { isRemote, pullFlags } from "./describe.ts";
import { shellWord } from "../../system/shell-word.ts";
import type { Holdings } from "../types.ts";

export interface WaysPlace {
  /** the session's name */
  name: string;
  /** the clone's folder, on the host */
  clone: string;
  /** pulled without a flag */
  branches: readonly (string | null)[];
  /** the session's user, `uid:gid` */
  owner: string;
  /** the dev container runs as root */
  isRoot: boolean;
}

/** How many paths or commits a command includes: the others follow when it is run again. */
const atOnce = 5;

/** Next steps for unsaved work, as commands that work when typed, where possible. */
export function waysToSave(holdings: Holdings, place: WaysPlace): HintPart[] {
  const { name } = place;
  const nested = nestedRepositories(holdings);
  const hand = [...nested.map((path) => shown(path)), ...(holdings.precious.length > 0 ? ["the ignored files"] : [])];
  const ways: HintPart[][] = [
    // First: a pull includes only what can be read.
    ...openBlocked(holdings, place),
    ...(canPull(holdings, nested) ? [steps`save it: ${pullCommand(holdings, place)}`] : []),
    ...(hand.length === 0 ? [] : [[`copy ${hand.join(", ")} out of ${place.clone}`]]),
    ...keepAbandoned(holdings, name),
    ...holdings.worktrees.flatMap((one) => removeWorktree(one, name)),
    ...(holdings.unsavedRefs.some(({ ref }) => isRemote(ref))
      ? [["if origin has the remote branches, run git fetch in the project"]]
      : []),
  ];
  const force = steps`discard it: ${ownCommand("clean", name, "--force")}`;
  return ways.length === 0 ? force : steps`${ways.flatMap((way) => [...way, "; "])}or ${force}`;
}

function pullCommand(holdings: Holdings, { name, branches }: WaysPlace): OwnCommand {
  return ownCommand("pull", name, ...pullFlags(holdings, branches));
}

/** Separate repositories in the working tree: a pull does not include them. */
function nestedRepositories({ untracked, submodules, worktrees }: Holdings): string[] {
  const isOther = (path: string): boolean => worktrees.some((one) => one.path.endsWith(`/${path}`));
  const isLost = (path: string): boolean => submodules.some((one) => one.path === path);
  const paths = untracked.flatMap((path) => (path.endsWith("/") ? [path.slice(0, -1)] : []));
  return paths.filter((path) => isLost(path) || !isOther(path));
}

function canPull(holdings: Holdings, nested: readonly string[]): boolean {
  const { unsavedRefs, uncommitted, untracked, stashes, lfs, operation, submodules, worktrees } = holdings;
  const inner = [...submodules.filter(({ path }) => !nested.includes(path)), ...worktrees];
  return (
    unsavedRefs.some(({ ref }) => !isRemote(ref)) ||
    untracked.some((path) => !path.endsWith("/")) ||
    [uncommitted, stashes, lfs].some((found) => found.length > 0) ||
    operation !== null ||
    inner.some((one) => canPull(one.holdings, []))
  );
}

function openBlocked(holdings: Holdings, { name, owner, isRoot }: WaysPlace): HintPart[][] {
  const all = [holdings, ...[...holdings.submodules, ...holdings.worktrees].map((one) => one.holdings)];
  const blocked = all.flatMap((one) => one.blocked);
  const paths = (isOwn: boolean): string[] =>
    blocked
      .filter((one) => one.isOwn === isOwn)
      .slice(0, atOnce)
      .map(({ path }) => plain(path));
  const [own, others] = [paths(true), paths(false)];
  const asRoot = isRoot ? [] : holdings.canSudo ? ["sudo"] : undefined;
  const inside = (...command: string[]): HintPart[] =>
    steps`make it readable: ${ownCommand("connect", name, "--", ...command)}`;
  return [
    ...(own.length === 0 ? [] : [inside("chmod", "-R", "u+rwX", ...own)]),
    ...(others.length === 0 || asRoot === undefined ? [] : [inside(...asRoot, "chown", "-R", owner, ...others)]),
  ];
}

function keepAbandoned({ abandoned }: Holdings, name: string): HintPart[][] {
  const lost = abandoned.filter(({ fate }) => fate === "left").slice(0, atOnce);
  if (lost.length === 0) return [];
  const commands = lost.map(({ oid }) => `git branch kept-${oid.slice(0, 10)} ${oid.slice(0, 10)}`);
  const words = commands.length === 1 ? commands.flatMap((one) => one.split(" ")) : ["sh", "-c", commands.join("; ")];
  const keep = ownCommand("connect", name, "--", ...words);
  return [steps`keep the commits: ${keep}, then ${ownCommand("pull", name, "--all-branches")}`];
}

function removeWorktree({ path, holdings: { outside } }: Holdings["worktrees"][number], name: string): HintPart[][] {
  if (outside === null) return [];
  const how = outside === "gone" ? ["prune"] : ["remove", plain(path)];
  return [steps`remove it from git's list: ${ownCommand("connect", name, "--", "git", "worktree", ...how)}`];
}

/** The path as a shell word, without control characters. */
function shown(path: string): string {
  return shellWord(plain(path));
}
