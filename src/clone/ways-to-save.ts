import { plain } from "../system/text.ts";
import { isRemote, pullFlags } from "./describe.ts";
import { shellWord } from "../system/shell-word.ts";
import type { Holdings } from "./types.ts";

export interface WaysPlace {
  /** the session's name */
  name: string;
  /** the clone's folder, on the host */
  clone: string;
  /** pulled without a flag */
  branches: readonly (string | null)[];
  /** the session's user, `uid:gid` */
  owner: string;
  /** the dev container works as root */
  isRoot: boolean;
}

/** How many paths or commits a command names: what is left is named when it is run again. */
const atOnce = 5;

/** What to do about unsaved work, as commands that work when typed where there are such. */
export function waysToSave(holdings: Holdings, place: WaysPlace): string {
  const { name } = place;
  const nested = nestedRepositories(holdings);
  const hand = [...nested.map((path) => shown(path)), ...(holdings.precious.length > 0 ? ["the ignored files"] : [])];
  const ways = [
    // First: a pull takes along only what can be read.
    ...openBlocked(holdings, place),
    ...(canPull(holdings, nested) ? [`save it: ${pullCommand(holdings, place)}`] : []),
    ...(hand.length === 0 ? [] : [`copy ${hand.join(", ")} out of ${place.clone}`]),
    ...keepAbandoned(holdings, name),
    ...holdings.worktrees.flatMap((one) => removeWorktree(one, name)),
    ...(holdings.unsavedRefs.some(({ ref }) => isRemote(ref))
      ? ["where origin has the remote branches, in the project: git fetch"]
      : []),
  ];
  const force = `lose it: cowork clean ${name} --force`;
  return ways.length === 0 ? force : [...ways, `or ${force}`].join("; ");
}

function pullCommand(holdings: Holdings, { name, branches }: WaysPlace): string {
  return ["cowork pull", name, ...pullFlags(holdings, branches)].join(" ");
}

/** Repositories of their own in the working tree: a pull leaves them where they are. */
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

function openBlocked(holdings: Holdings, { name, owner, isRoot }: WaysPlace): string[] {
  const all = [holdings, ...[...holdings.submodules, ...holdings.worktrees].map((one) => one.holdings)];
  const blocked = all.flatMap((one) => one.blocked);
  const words = (isOwn: boolean): string =>
    blocked
      .filter((one) => one.isOwn === isOwn)
      .slice(0, atOnce)
      .map(({ path }) => shown(path))
      .join(" ");
  const [own, others] = [words(true), words(false)];
  const asRoot = isRoot ? "" : holdings.canSudo ? "sudo " : undefined;
  return [
    ...(own === "" ? [] : [`make it readable: cowork connect ${name} -- chmod -R u+rwX ${own}`]),
    ...(others === "" || asRoot === undefined
      ? []
      : [`make it readable: cowork connect ${name} -- ${asRoot}chown -R ${owner} ${others}`]),
  ];
}

function keepAbandoned({ abandoned }: Holdings, name: string): string[] {
  const lost = abandoned.filter(({ fate }) => fate === "left").slice(0, atOnce);
  if (lost.length === 0) return [];
  const commands = lost.map(({ oid }) => `git branch kept-${oid.slice(0, 10)} ${oid.slice(0, 10)}`);
  const command = commands.length === 1 ? commands[0] : `sh -c '${commands.join("; ")}'`;
  return [`keep the commits: cowork connect ${name} -- ${command}, then cowork pull ${name} --all-branches`];
}

function removeWorktree({ path, holdings: { outside } }: Holdings["worktrees"][number], name: string): string[] {
  if (outside === null) return [];
  const command = outside === "gone" ? "git worktree prune" : `git worktree remove ${shown(path)}`;
  return [`take it off git's list: cowork connect ${name} -- ${command}`];
}

/** As it is typed in a shell; what a terminal would not show as it is, is not typed. */
function shown(path: string): string {
  return shellWord(plain(path));
}
