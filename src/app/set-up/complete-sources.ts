import { readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import type { Paths } from "../../system/paths.ts";

// Completion must be fast: no git, no engine, no schema, only a few small files, read synchronously. Unreadable files are skipped.

/** Configuration keys, each with a one-line description. */
export async function configKeyNames(): Promise<{ value: string; about: string }[]> {
  const { configKeys } = await import("../../config/key-list.ts");
  return configKeys.map(({ name, doc }) => ({ value: name, about: doc }));
}

/**
 * The sorted names of the sessions of the folder's project; outside of a project, all sessions as `project/session`.
 * @param which.hidden include those that `stop --hide` left out of lists
 */
export function sessionNames(paths: Paths, folder: string, which: { hidden: boolean }): string[] {
  const cwd = realpathSync(folder);
  const root = projectRoot(paths, cwd);
  const records = attempt(() => readdirSync(paths.stateRoot)) ?? [];
  return records
    .flatMap((id) => {
      const { name, project, projectRoot: its, hidden } = readRecord(paths, id) ?? {};
      if (hidden === true && !which.hidden) return [];
      if (typeof name !== "string" || typeof project !== "string") return [];
      if (root === undefined) return [`${project}/${name}`];
      return its === root ? [name] : [];
    })
    .toSorted();
}

interface NamedRecord {
  name?: unknown;
  project?: unknown;
  projectRoot?: unknown;
  hidden?: unknown;
}

function readRecord(paths: Paths, id: string): NamedRecord | undefined {
  return attempt(() => JSON.parse(readFileSync(paths.record(id), "utf8")) as NamedRecord);
}

function projectRoot(paths: Paths, cwd: string): string | undefined {
  const inside = relative(attempt(() => realpathSync(paths.sessions)) ?? paths.sessions, cwd).split(sep)[0] ?? "";
  if (inside !== "" && inside !== "..") {
    const root = readRecord(paths, inside)?.projectRoot;
    return typeof root === "string" ? root : undefined;
  }
  for (let folder = cwd; ; folder = dirname(folder)) {
    const git = join(folder, ".git");
    const stats = attempt(() => statSync(git));
    if (stats?.isDirectory() === true) return folder;
    if (stats?.isFile() === true) return mainTreeOf(git) ?? folder;
    if (folder === dirname(folder)) return undefined;
  }
}

/** The main working tree of a linked worktree: its `.git` is a file that names `<main>/.git/worktrees/<name>`. */
function mainTreeOf(file: string): string | undefined {
  const target = /^gitdir: (.+)$/m.exec(attempt(() => readFileSync(file, "utf8")) ?? "")?.[1];
  if (target === undefined) return undefined;
  const folder = resolve(dirname(file), target);
  const common = dirname(dirname(folder));
  return folder.includes(`${sep}worktrees${sep}`) && common.endsWith(`${sep}.git`) ? dirname(common) : undefined;
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
