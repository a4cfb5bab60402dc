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
  /** also fast-forward the branch that the project has checked out, with its working tree, if that is clean */
  ff?: boolean;
}

/** A requested object of the session, and the ref that it becomes in the project. */
export interface Wanted {
  oid: string;
  ref: string;
  /** if the name is taken, the next free one is used (`a-wip-2`) */
  numbered: boolean;
  /** equal trees are the same work: commits of a working tree may differ in their time only */
  byContent?: boolean;
}

const heads = "refs/heads/";

/**
 * Decides which of the session's refs become which refs of the project:
 * - by default the branch it started on and the one it has checked out, under their own names, and a detached HEAD as `{branch}-detached`;
 * - with `branch`: what it has checked out, under that name, and nothing else;
 * - with `allBranches`: every branch and tag; other refs go to `refs/cowork/{session}/…`;
 * - with `uncommitted`: stashes too, as `{branch}-stash`. The caller adds the working tree, whose commit does not exist yet.
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
  // There may be several stashes with one name, so the map's key must differ.
  wanted.set(`stash ${oid}`, { oid, ref: `${heads}${branch}-stash`, numbered: true });
}

function targetOf(ref: string, session: string): string {
  if (ref.startsWith(heads) || ref.startsWith("refs/tags/")) return ref;
  if (/^refs\/(remotes\/|stash$|bisect\/|prefetch\/)/.test(ref)) return "";
  return `refs/cowork/${session}/${ref.slice("refs/".length)}`;
}

/** git's own rules for ref names; an untrusted name must pass them before it is used as an argument. */
export function isUsableRef(ref: string): boolean {
  if (!/^refs\/[^/]+\/./.test(ref) || /[\p{Cc} ~^:?*[\\\ufffd]|\.\.|@\{|\/\/|[./]$/u.test(ref)) return false;
  const parts = ref.split("/").slice(2);
  return (
    parts.every((part) => part !== "" && !part.startsWith(".") && !part.endsWith(".lock")) &&
    !(parts[0] ?? "").startsWith("-")
  );
}

/** The next free name: `a-wip`, `a-wip-2`, … */
export function freeRef(ref: string, isTaken: (ref: string) => boolean): string {
  for (let n = 1; ; n++) {
    const name = n === 1 ? ref : `${ref}-${n}`;
    if (!isTaken(name)) return name;
  }
}
