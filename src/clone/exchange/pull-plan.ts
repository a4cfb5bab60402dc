import type { RefsInside } from "./refs-inside.ts";

export interface PullOptions {
  /** session's name, for names of branches and messages */
  session: string;
  /** the branch that the session was started on */
  startBranch: string;
  /** name in the project; default: as in the session */
  branch?: string;
  allBranches?: boolean;
  uncommitted?: boolean;
  /** fast-forward also the branch that the project has checked out, working tree and all, when it is clean */
  ff?: boolean;
}

/** Something that is asked for: an object inside, and the ref that it becomes in the project. */
export interface Wanted {
  oid: string;
  ref: string;
  /** a taken name is no reason to stop: the next free one is used (`a-wip-2`) */
  numbered: boolean;
  /** the same trees are the same work: a commit of the working tree differs in its time alone */
  byContent?: boolean;
}

const heads = "refs/heads/";

/**
 * Which of the session's refs become which refs of the project:
 * - by default the branch it started on and the one it is on, under their own names, and a detached HEAD as `{branch}-detached`;
 * - with `branch`: what it has checked out, under that name, and nothing else;
 * - with `allBranches`: every branch and tag; whatever else names commits goes to `refs/cowork/{session}/…`;
 * - with `uncommitted`: stashes too, as `{branch}-stash`. The working tree is added by the caller, whose commit is yet to be made.
 */
export function planPull(inside: RefsInside, options: PullOptions): Wanted[] {
  const { session, startBranch } = options;
  const wanted = new Map<string, Wanted>();
  const want = (oid: string | undefined, ref: string, numbered = false): void => {
    if (oid !== undefined && isUsableRef(ref) && !wanted.has(ref)) wanted.set(ref, { oid, ref, numbered });
  };
  const tip = (branch: string): string | undefined => inside.refs.get(heads + branch);
  if (options.branch !== undefined) {
    const oid = inside.head ?? tip(startBranch);
    want(oid, heads + options.branch);
  } else {
    want(tip(startBranch), heads + startBranch);
    if (inside.branch !== undefined) want(tip(inside.branch), heads + inside.branch);
    else if (![...wanted.values()].some(({ oid }) => oid === inside.head))
      want(inside.head, `${heads}${startBranch}-detached`, true);
  }
  if (options.allBranches === true)
    for (const [ref, oid] of inside.refs)
      want(oid, targetOf(ref, session), !ref.startsWith(heads) && !ref.startsWith("refs/tags/"));
  if (options.allBranches === true)
    for (const [file, oid] of inside.pending) want(oid, `refs/cowork/${session}/${file}`, true);
  if (options.uncommitted === true)
    for (const oid of inside.stashes) wantStash(wanted, oid, options.branch ?? startBranch);
  return [...wanted.values()];
}

function wantStash(wanted: Map<string, Wanted>, oid: string, branch: string): void {
  // several stashes of one name: the map's key only has to differ
  wanted.set(`stash ${oid}`, { oid, ref: `${heads}${branch}-stash`, numbered: true });
}

function targetOf(ref: string, session: string): string {
  if (ref.startsWith(heads) || ref.startsWith("refs/tags/")) return ref;
  if (/^refs\/(remotes\/|stash$|bisect\/|prefetch\/)/.test(ref)) return "";
  return `refs/cowork/${session}/${ref.slice("refs/".length)}`;
}

/** git's own rules for a ref's name, which an untrusted one has to pass before it becomes an argument. */
export function isUsableRef(ref: string): boolean {
  if (!/^refs\/[^/]+\/./.test(ref) || /[\p{Cc} ~^:?*[\\\ufffd]|\.\.|@\{|\/\/|[./]$/u.test(ref)) return false;
  const parts = ref.split("/").slice(2);
  return (
    parts.every((part) => part !== "" && !part.startsWith(".") && !part.endsWith(".lock")) &&
    !(parts[0] ?? "").startsWith("-")
  );
}

/** The next name that is free: `a-wip`, `a-wip-2`, … */
export function freeRef(ref: string, isTaken: (ref: string) => boolean): string {
  for (let n = 1; ; n++) {
    const name = n === 1 ? ref : `${ref}-${n}`;
    if (!isTaken(name)) return name;
  }
}
