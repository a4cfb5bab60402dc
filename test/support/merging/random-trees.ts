import { execFile } from "node:child_process";
import { generator } from "../git/random.ts";

/** A file: mode and text. A submodule has a commit id as text. */
type Tree = Map<string, { mode: string; text: string }>;

/** A history in which sessions come from commits of main, or of each other. */
export interface RandomHistory {
  /** a stream for `git fast-import`: main, and a branch for each session */
  stream: string;
  sessions: string[];
}

const folders = ["", "a/", "a/b/", "c/", "c/d/e/"];
const names = ["x", "y", "z", "a", "c"];

/** Trees of a few files in few folders, so that sessions meet: edits, additions, deletions, renames of files and of folders, modes, links. */
export function randomHistory(seed: number, count = 4): RandomHistory {
  const next = generator(seed);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(next() * items.length)] as T;
  const lines = (): string => Array.from({ length: 12 }, () => `line ${Math.floor(next() * 30)}\n`).join("");
  const path = (): string => pick(folders) + pick(names);
  const put = (tree: Tree, at: string, file: { mode: string; text: string }): void => {
    // A file in the place of a folder, and the other way round.
    for (const other of tree.keys()) if (other.startsWith(`${at}/`) || at.startsWith(`${other}/`)) tree.delete(other);
    tree.set(at, file);
  };
  const step = (tree: Tree): void => {
    const at = pick([...tree.keys(), path()]);
    const file = tree.get(at);
    switch (Math.floor(next() * 9)) {
      case 0:
        return void tree.delete(at);
      case 1: {
        if (file === undefined) return;
        tree.delete(at);
        return put(tree, path(), file);
      }
      case 2: {
        const [from, to] = [pick(folders), pick(folders)];
        if (from === "" || from === to) return;
        const moved = [...tree].filter(([one]) => one.startsWith(from));
        for (const [one] of moved) tree.delete(one);
        for (const [one, its] of moved) put(tree, `${to}${one.slice(from.length)}`, its);
        return;
      }
      case 3:
        return file?.mode === "100644" ? put(tree, at, { ...file, mode: "100755" }) : undefined;
      case 4:
        return put(tree, at, { mode: "120000", text: pick(["x", "a/y"]) });
      case 5:
        return put(tree, path(), { mode: "100644", text: lines() });
      default: {
        if (file === undefined || !file.mode.startsWith("100")) return put(tree, at, { mode: "100644", text: lines() });
        const all = file.text.split("\n");
        all[Math.floor(next() * all.length)] = `edit ${Math.floor(next() * 3)}`;
        return put(tree, at, { ...file, text: all.join("\n") });
      }
    }
  };
  const parts: string[] = [];
  const trees: Tree[] = [];
  const commit = (ref: string, tree: Tree, parents: readonly number[]): number => {
    const mark = trees.push(new Map(tree));
    parts.push(`commit ${ref}\nmark :${mark}\ncommitter A <a@b> ${1_000_000_000 + mark} +0000\ndata 2\nm\n`);
    for (const [n, parent] of parents.entries()) parts.push(`${n === 0 ? "from" : "merge"} :${parent}\n`);
    parts.push("deleteall\n");
    for (const [at, { mode, text }] of tree)
      parts.push(`M ${mode} inline ${at}\ndata ${Buffer.byteLength(text)}\n${text}\n`);
    return mark;
  };
  const base: Tree = new Map();
  for (let n = 0; n < 9; n += 1) put(base, path(), { mode: "100644", text: lines() });
  const commits = [commit("refs/heads/main", base, [])];
  const moved = new Map(base);
  for (let n = 0; n < 3; n += 1) step(moved);
  commits.push(commit("refs/heads/main", moved, [1]));
  const sessions = Array.from({ length: count }, (_, n) => `s${n}`);
  for (const name of sessions) {
    const from = pick(commits);
    const tree: Tree = new Map(trees[from - 1]);
    for (let n = 0; n < 1 + next() * 4; n += 1) step(tree);
    const parents = next() < 0.15 && from !== 2 ? [from, 2] : [from];
    const made = commit(`refs/heads/${name}`, tree, parents);
    if (next() < 0.3) commits.push(made);
  }
  return { stream: parts.join(""), sessions };
}

/** Merges for real, in a working tree. @returns true: without a conflict */
export async function mergesClean(
  worktree: string,
  env: Record<string, string>,
  a: string,
  b: string,
): Promise<boolean> {
  const script = `git reset -q --hard; git clean -fdxq; git checkout -q -f --detach ${a} || exit 9
git merge -q --no-edit ${b} >/dev/null 2>&1; c=$?; git merge --abort 2>/dev/null; exit $c`;
  const code = await new Promise<number>((resolve) => {
    execFile("sh", ["-c", script], { cwd: worktree, env }, (error) => resolve(error === null ? 0 : Number(error.code)));
  });
  if (code !== 0 && code !== 1) throw new Error(`git merge of ${a} and ${b} ended with ${code}`);
  return code === 0;
}
