import fc from "fast-check";
import { describeHoldings } from "../../../src/clone/unsaved/describe.ts";
import { inspectHoldings } from "../../../src/clone/unsaved/holdings.ts";
import { makeClone } from "../../../src/clone/make/make.ts";
import { pullSession } from "../../../src/clone/exchange/pull.ts";
import { savedBy } from "../../../src/clone/unsaved/saved.ts";
import type { CloneSpec, Holdings } from "../../../src/clone/types.ts";
import { localInside } from "./git-local-inside.ts";
import type { GitWorkshop } from "./git-project.ts";

/** One step of a history: a shell script in the session or in the project (`$1` is the step's unique number), or a pull. */
export type HistoryStep =
  | { in: "session" | "project"; script: string }
  | { pull: { uncommitted?: boolean; allBranches?: boolean } };

const session: string[] = [
  'echo "$1" >f$(($1 % 5)); git add -A; git commit -qm "$1"',
  'git commit -q --allow-empty -m "$1"',
  'echo "$1" >f$(($1 % 5))',
  'echo "$1" >f$(($1 % 5)); git add -A; echo "$1 more" >>f$(($1 % 5))',
  "rm -f f$(($1 % 5))",
  'mkdir -p d; echo "$1" >"d/u $1"',
  'echo "$1" >.env',
  'echo "$1" >ignored.log',
  'git checkout -q -b "b$1"',
  "git checkout -q --detach",
  "git checkout -q a",
  'git tag "t$1"',
  'git tag -a -m "$1" "t$1"',
  "git stash -qu",
  "git stash pop -q",
  "git stash drop -q",
  "git reset -q --soft HEAD~1",
  "git reset -q --hard HEAD~1",
  'git commit -q --amend --allow-empty -m "amended $1"',
  "git add -A",
  "git rm -q --cached f$(($1 % 5))",
  "git update-index --assume-unchanged f$(($1 % 5))",
  'git branch -qD $(git branch --format="%(refname:short)" | grep ^b | head -1)',
  'git merge -q --no-edit $(git branch --format="%(refname:short)" | grep ^b | head -1) || git merge --abort',
  "chmod +x f$(($1 % 5))",
];
const project: string[] = [
  'git commit -q --allow-empty -m "p$1"',
  'echo "$1" >p; git add p; git commit -qm "p$1"',
  'git branch -qD $(git branch --format="%(refname:short)" | grep -v "^main$" | head -1)',
  "cp ../cowork/sessions/a/f$(($1 % 5)) .",
  "cp ../cowork/sessions/a/.env .",
  "git gc -q --prune=now",
];

export const histories = (length: number): fc.Arbitrary<HistoryStep[]> =>
  fc.array(
    fc.oneof(
      { weight: 12, arbitrary: fc.constantFrom(...session).map((script) => ({ in: "session" as const, script })) },
      { weight: 3, arbitrary: fc.constantFrom(...project).map((script) => ({ in: "project" as const, script })) },
      {
        weight: 2,
        arbitrary: fc.record({ pull: fc.record({ uncommitted: fc.boolean(), allBranches: fc.boolean() }) }),
      },
    ),
    { minLength: 3, maxLength: length },
  );

/** Runs a history, then compares the result of `inspectHoldings` with git's own lists. Throws on a difference. */
export async function runHistory(workshop: GitWorkshop, steps: readonly HistoryStep[]): Promise<void> {
  const root = await workshop.project();
  await workshop.sh(
    root,
    "printf '*.log\\n.env\\n' >.gitignore; for i in 0 1 2 3 4; do echo start >f$i; done; git add -A; git commit -qm files",
  );
  const spec = await workshop.spec(root, "a");
  await makeClone(workshop.context, spec);
  const look = (): Promise<Holdings> =>
    inspectHoldings(localInside(spec.path, workshop.env), savedBy(workshop.context, spec.source), {
      start: spec.start.commit,
    });
  const pull = (options: { uncommitted?: boolean; allBranches?: boolean }): Promise<unknown> =>
    pullSession(workshop.context, localInside(spec.path, workshop.env), spec.source, {
      session: "a",
      startBranch: "a",
      identity: { name: "Grace", email: "grace@example.org" },
      ...options,
    });
  for (const [n, step] of steps.entries()) {
    // A step that is impossible (nothing to stash, no such branch) is skipped. A pull may find a branch that diverged.
    if ("pull" in step) await pull(step.pull).catch(refusedOnly);
    else
      await workshop.sh(step.in === "session" ? spec.path : root, `set -- ${n}\n${step.script}`).catch(() => undefined);
  }
  const holdings = await look();
  const truth = await listLost(workshop, spec);
  same(
    "refs",
    holdings.unsavedRefs.map(({ ref, commits }) => `${ref} ${commits}`),
    truth.refs,
  );
  same("stashes", [String(holdings.stashes.length)], [String(truth.stashes)]);
  const files = [...holdings.uncommitted, ...holdings.untracked, ...holdings.precious];
  const missing = truth.files.filter((path) => !files.includes(path));
  if (missing.length > 0)
    throw new Error(
      `not noticed: ${missing.join()} of ${truth.files.join()}; reported: ${describeHoldings(holdings).join("; ")}`,
    );
  if (holdings.unreadable.length > 0) throw new Error(`unreadable: ${holdings.unreadable.join()}`);

  // A pull brings branches, tags and files. A commit on no branch needs a branch first, as its hint says.
  for (const { oid, fate } of holdings.abandoned)
    if (fate === "left") await workshop.git(spec.path, "branch", `kept-${oid}`, oid);
  // After that a full pull saves everything, so nothing may be reported as unsaved.
  await pull({ uncommitted: true, allBranches: true });
  const left = await look();
  if (describeHoldings({ ...left, precious: [] }).length > 0)
    throw new Error(`still unsaved: ${describeHoldings(left).join("; ")}`);
  const after = await listLost(workshop, spec);
  const lost = [...after.refs, ...after.files.filter((path) => path !== ".env")];
  if (lost.length > 0 || after.stashes > 0) throw new Error(`lost: ${lost.join()}`);
}

function refusedOnly(error: unknown): void {
  const { code } = error as { code?: string };
  if (code !== "BRANCH_DIVERGED" && code !== "BRANCH_CHECKED_OUT") throw error;
}

function same(what: string, reported: string[], expected: string[]): void {
  if (reported.toSorted().join("\n") === expected.toSorted().join("\n")) return;
  throw new Error(`${what}: reported ${reported.toSorted().join(", ")}; expected ${expected.toSorted().join(", ")}`);
}

interface Lost {
  refs: string[];
  stashes: number;
  /** paths whose content, staged or in the working tree, is neither in the project's history nor in its working tree */
  files: string[];
}

/** Slow but simple: everything in the clone, minus everything in the project. */
async function listLost(workshop: GitWorkshop, spec: CloneSpec): Promise<Lost> {
  const root = spec.source.kind === "repository" ? spec.source.root : "";
  const clone = spec.path;
  const words = (text: string): string[] => text.split("\n").filter((word) => word !== "");
  const commits = new Set(words(await workshop.git(root, "rev-list", "--all")));
  const objects = new Set(
    words(await workshop.git(root, "rev-list", "--all", "--objects")).map((line) => line.split(" ")[0] ?? ""),
  );
  const lostOf = async (tip: string): Promise<number> =>
    words(await workshop.git(clone, "rev-list", tip)).filter((oid) => !commits.has(oid)).length;
  const refs: string[] = [];
  for (const ref of words(
    await workshop.git(clone, "for-each-ref", "--format=%(refname)", "refs/heads", "refs/tags"),
  )) {
    const lost = await lostOf(`${ref}^{commit}`);
    const isLostTag =
      (await workshop.git(clone, "cat-file", "-t", ref)) === "tag" &&
      !objects.has(await workshop.git(clone, "rev-parse", ref));
    if (lost > 0 || isLostTag) refs.push(`${ref} ${lost}`);
  }
  if ((await workshop.code(clone, "symbolic-ref", "-q", "HEAD")) !== 0 && (await lostOf("HEAD")) > 0)
    refs.push(`HEAD ${await lostOf("HEAD")}`);
  const stashes = words(await workshop.git(clone, "stash", "list", "--format=%H")).filter(
    (oid) => !commits.has(oid),
  ).length;
  const inHead = new Set(words(await workshop.git(clone, "ls-tree", "-r", "HEAD")));
  const files = new Set<string>();
  for (const line of words(await workshop.git(clone, "ls-files", "-s"))) {
    const [, mode, oid = "", path = ""] = /^(\d+) (\w+) 0\t(.*)$/.exec(line) ?? [];
    if (
      !inHead.has(`${mode} blob ${oid}\t${path}`) &&
      !objects.has(oid) &&
      !(await isProjectFile(workshop, root, path, oid))
    )
      files.add(path);
  }
  const present = await workshop.sh(clone, "find . -path ./.git -prune -o -type f ! -name '*.log' -printf '%P\\n'");
  for (const path of words(present)) {
    const oid = await workshop.git(clone, "hash-object", "--", path);
    if (
      !objects.has(oid) &&
      ![...inHead].some((line) => line.includes(oid)) &&
      !(await isProjectFile(workshop, root, path, oid))
    )
      files.add(path);
  }
  return { refs, stashes, files: [...files] };
}

async function isProjectFile(workshop: GitWorkshop, root: string, path: string, oid: string): Promise<boolean> {
  return workshop.git(root, "hash-object", "--", path).then(
    (own) => own === oid,
    () => false,
  );
}
