import { mkdir, stat, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { CoworkError } from "../../errors.ts";
import type { Context } from "../../system/context.ts";
import { pathExists } from "../../system/files/files.ts";
import { plain } from "../../system/text.ts";
import { checkoutHead, type Workplace } from "./checkout.ts";
import { copyObjects } from "./copy-objects.ts";
import { renderGitConfig, type Setting, splitKey } from "../git/git-config.ts";
import { hostGit, hostGitOk } from "../git/host-git.ts";
import { parseConfig, readProjectRefs } from "../git/project-refs.ts";
import { completePartial } from "./partial.ts";
import { keptRemotes, latin1, planRemotes } from "./plan-remotes.ts";

/** Deeper than real projects nest; stops a repository that names itself as its submodule. */
const maxDepth = 8;

/** A repository whose submodules are copied: `root` is the working tree that may contain them, if there is one. */
export interface SubmoduleSource {
  gitDir: string;
  root: string | undefined;
}

/** A submodule as the checked-out commit records it. */
interface Submodule {
  name: string;
  path: string;
  commit: string;
}

/**
 * Copies the project's submodules into the clone: their objects come from the project's copies, they are checked out at the
 * recorded commit and keep their real origin. What the project lacks is reported, not fetched.
 *
 * @returns all created repositories, and notes for the user
 */
export async function copySubmodules(
  ctx: Context,
  source: SubmoduleSource,
  place: Workplace,
  depth = 0,
): Promise<{ places: Workplace[]; notes: string[] }> {
  const places: Workplace[] = [];
  const notes: string[] = [];
  for (const module of await listSubmodules(ctx, place)) {
    const label = `submodule ${plain(module.path)}`;
    const from = await findModule(ctx, source, module);
    if (from === undefined || depth >= maxDepth) {
      notes.push(`${label} is not initialized in the project: run "git submodule update --init" inside`);
      continue;
    }
    const made = await copyModule(ctx, from, module, place);
    if (made === undefined) {
      notes.push(
        `${label}: the project lacks the recorded commit or its files; run "git submodule update --init" inside`,
      );
      continue;
    }
    places.push(made.place);
    notes.push(...made.notes);
    const root = source.root === undefined ? undefined : join(source.root, module.path);
    const inner = await copySubmodules(ctx, { gitDir: from, root }, made.place, depth + 1);
    places.push(...inner.places);
    notes.push(...inner.notes);
  }
  return { places, notes };
}

async function listSubmodules(ctx: Context, place: Workplace): Promise<Submodule[]> {
  // HEAD has just been checked out, so the working tree has what the commit has.
  if (!(await pathExists(join(place.workTree, ".gitmodules")))) return [];
  const git = ["--git-dir", place.gitDir];
  // From the commit, not from the working tree, where `.gitmodules` may be a link.
  const config = await hostGit(ctx, [...git, "config", "-z", "--list", "--blob", "HEAD:.gitmodules"]);
  if (config.code !== 0) return [];
  const tree = await hostGitOk(ctx, [...git, "ls-tree", "-r", "-z", "--full-tree", "HEAD"], {
    what: "git ls-tree",
    maxOutput: 1 << 30,
  });
  const links = new Map<string, string>();
  for (const entry of tree.split("\0")) {
    const [, commit, path] = /^160000 commit ([0-9a-f]+)\t(.*)$/s.exec(entry) ?? [];
    if (commit !== undefined && path !== undefined) links.set(path, commit);
  }
  const found = new Map<string, string>();
  for (const [key, value] of parseConfig(config.stdout)) {
    const { section, sub, name } = splitKey(key);
    if (section !== "submodule" || sub === undefined || name !== "path") continue;
    found.set(sub, value);
  }
  return [...found].flatMap(([name, path]) => {
    const commit = links.get(path);
    return commit === undefined ? [] : [{ name, path, commit }];
  });
}

/** The name becomes a folder below `.git/modules`: git's own rule, and no name that could be a file of another module. */
export function isSafeName(name: string): boolean {
  const parts = name.split(/[/\\]/);
  const reserved = new Set(["", ".", "..", "objects", "refs", "hooks", "config", "HEAD", "info", "logs", "modules"]);
  return (
    !name.startsWith("-") &&
    plain(name) === name &&
    !parts.some((part, n) => (n === 0 ? ["", ".", ".."].includes(part) : reserved.has(part)))
  );
}

/** Where the project has the module's repository: in its git folder, its worktree's git folder, or the submodule's own folder. */
async function findModule(ctx: Context, source: SubmoduleSource, module: Submodule): Promise<string | undefined> {
  if (!isSafeName(module.name)) return undefined;
  const candidates = [join(source.gitDir, "modules", module.name)];
  if (source.root !== undefined) {
    const own = await hostGit(
      ctx,
      ["-C", source.root, "rev-parse", "--path-format=absolute", "--git-path", `modules/${module.name}`],
      { safe: [source.root] },
    );
    if (own.code === 0) candidates.push(own.stdout.trimEnd());
    candidates.push(join(source.root, module.path, ".git"));
  }
  for (const candidate of candidates) if (await isFolder(join(candidate, "objects"))) return candidate;
  return undefined;
}

async function copyModule(
  ctx: Context,
  from: string,
  module: Submodule,
  outer: Workplace,
): Promise<{ place: Workplace; notes: string[] } | undefined> {
  const { commit } = module;
  const place = {
    gitDir: join(outer.gitDir, "modules", module.name),
    workTree: join(outer.workTree, module.path),
    commit,
  };
  const has = await hostGit(ctx, ["--git-dir", from, "cat-file", "-e", `${module.commit}^{commit}`], {
    safe: [from],
    extraEnv: { GIT_NO_LAZY_FETCH: "1" },
  });
  if (has.code !== 0) return undefined;
  const source = { kind: "store", gitDir: from } as const;
  const project = await readProjectRefs(ctx, source);
  const url = project.config.find(([key]) => key === "remote.origin.url")?.[1];
  const reachable = keptRemotes(project.config, url);
  const partial = await completePartial(ctx, source, { ...project, commit, reachable }).catch((error: unknown) => {
    if (error instanceof CoworkError && error.code === "GIT_FAILED") return undefined;
    throw error;
  });
  if (partial === undefined) return undefined;
  await mkdir(place.gitDir, { recursive: true });
  const init = [
    "-c",
    "core.hooksPath=/dev/null",
    "init",
    "--quiet",
    "--bare",
    "--template=",
    `--object-format=${project.objectFormat}`,
    place.gitDir,
  ];
  await hostGitOk(ctx, init, { what: "git init", isolated: true, extraEnv: { GIT_DEFAULT_REF_FORMAT: "files" } });
  await copyObjects(project.objects, join(place.gitDir, "objects"), ctx.signal);
  const refs = project.refs.filter((ref) => ref.target === "" && !ref.name.startsWith("refs/heads/"));
  await writeFile(
    join(place.gitDir, "packed-refs"),
    "# pack-refs with: \n" + refs.map((ref) => `${ref.oid} ${ref.name}\n`).join(""),
    "latin1",
  );
  await writeFile(join(place.gitDir, "HEAD"), `${module.commit}\n`);
  if (project.shallow !== undefined) await writeFile(join(place.gitDir, "shallow"), project.shallow);
  const settings = [...moduleSettings(place), ...planRemotes(project.config, url)];
  await writeFile(join(place.gitDir, "config"), renderGitConfig(settings), { flag: "a", encoding: "latin1" });
  await mkdir(place.workTree, { recursive: true });
  await writeFile(join(place.workTree, ".git"), `gitdir: ${relative(place.workTree, place.gitDir)}\n`);
  const label = `submodule ${plain(module.path)}`;
  const notes = [
    ...[...partial, ...project.notes].map((note) => `${label}: ${note}`),
    ...(url === undefined ? [`${label}: its origin is a path on this machine, or it has none; it gets no origin`] : []),
    ...(await checkoutHead(ctx, place, join(from, "lfs", "objects"), label)),
  ];
  const active: Setting[] = [
    ["submodule", module.name, "active", "true"],
    ...(url === undefined ? [] : [["submodule", module.name, "url", url] as const]),
  ];
  await writeFile(join(outer.gitDir, "config"), renderGitConfig(active), { flag: "a" });
  return { place, notes };
}

function moduleSettings(place: Workplace): Setting[] {
  return [
    ["core", undefined, "bare", "false"],
    ["core", undefined, "logallrefupdates", "true"],
    ["core", undefined, "worktree", latin1(relative(place.gitDir, place.workTree))],
  ];
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/** Path of a module's git folder in the project; undefined for a name that would lead elsewhere. */
export function moduleGitDir(gitDir: string, name: string): string | undefined {
  return isSafeName(name) || isNestedName(name) ? join(gitDir, "modules", name) : undefined;
}

/** `a/modules/b`: a module inside a module. */
function isNestedName(name: string): boolean {
  const names = name.split("/modules/");
  return names.length > 1 && names.every(isSafeName);
}
