import { posix } from "node:path";
import { CoworkError } from "../../errors.ts";
import { ownCommand, steps } from "../../hint.ts";
import { plain } from "../../system/text.ts";
import { joinTree, treeFolder } from "./tree-path.ts";
import type { ConfigSource } from "../types.ts";

export interface ConfigOptions {
  /** value of `--config` or of the `DEVCONTAINER` setting */
  name?: string | undefined;
  /** folder of the repository that cowork was called in; absent or empty for its root */
  within?: string | undefined;
  /** configurations of the user's working tree with uncommitted changes */
  uncommitted?: readonly string[] | undefined;
}

export interface FoundConfig {
  /** path in the source; undefined if there is none, and the template is used */
  path?: string;
  /** the subfolder of the repository that it is for, if it is not for all of it */
  subfolder?: string;
  /** one line per note for the user about the choice */
  notes: string[];
}

/**
 * Finds the dev container config. `name` has precedence: a path, the name of a folder in `.devcontainer/`, or a folder that has a
 * configuration. Otherwise it is one of the two standard paths, or the only `.devcontainer/<folder>/devcontainer.json`, or the same
 * paths in the folder that cowork was called in and its parent folders. If a configuration is ignored, a note reports it, so that
 * the template is never used silently instead.
 * @throws DEVCONTAINER_AMBIGUOUS if there are several, DEVCONTAINER_INVALID if the named one does not exist or is a broken link
 */
export async function findConfig(source: ConfigSource, options: ConfigOptions = {}): Promise<FoundConfig> {
  const { name, within = "", uncommitted = [] } = options;
  if (name !== undefined && name !== "") {
    const found = await findNamed(source, name, within);
    return { ...found, notes: await uncommittedNotes(source, uncommitted, found.path) };
  }
  const own = await findIn(source, "");
  const folders = foldersUp(within);
  if (own !== undefined) {
    const nearer = await nearest(source, folders).catch(() => undefined);
    return { path: own, notes: [...(await uncommittedNotes(source, uncommitted, own)), ...passedOver(own, nearer)] };
  }
  const found = await nearest(source, folders);
  if (found !== undefined) {
    const why = `${plain(found.path)} is used: cowork was called in ${plain(within)}, and the repository's root has no dev container configuration`;
    return { ...found, notes: [why, ...(await uncommittedNotes(source, uncommitted, found.path))] };
  }
  return { notes: [...(await uncommittedNotes(source, uncommitted)), ...(await unusedNotes(source))] };
}

const standard = [".devcontainer/devcontainer.json", ".devcontainer.json"];

/** Finds the configuration of one folder. Throws DEVCONTAINER_AMBIGUOUS. */
async function findIn(source: ConfigSource, folder: string): Promise<string | undefined> {
  for (const place of standard) {
    const path = posix.join(folder, place);
    if (await isConfig(source, path)) return path;
  }
  const found = await listConfigs(source, folder);
  if (found.length <= 1) return found[0];
  const below = folder === "" ? (path: string): string => plain(path.split("/")[1] ?? "") : plain;
  const names = found.map(below);
  const [first = ""] = names;
  throw new CoworkError(
    "DEVCONTAINER_AMBIGUOUS",
    `The project has several dev container configurations: ${names.join(", ")}.`,
    {
      hint: steps`choose one with --config ${first}, or permanently: ${ownCommand("config", "set", "DEVCONTAINER", first)}`,
    },
  );
}

type Nested = Required<Omit<FoundConfig, "notes">>;

/** Finds the configuration in the nearest folder. Throws DEVCONTAINER_AMBIGUOUS. */
async function nearest(source: ConfigSource, folders: readonly string[]): Promise<Nested | undefined> {
  for (const subfolder of folders) {
    const path = await findIn(source, subfolder);
    if (path !== undefined) return { path, subfolder };
  }
  return undefined;
}

/** Returns `a/b` and `a` for `a/b`, without the root. */
function foldersUp(folder: string): string[] {
  return folder === "" ? [] : [folder, ...foldersUp(treeFolder(folder))];
}

async function findNamed(
  source: ConfigSource,
  name: string,
  within: string,
): Promise<Omit<Nested, "subfolder"> & { subfolder?: string }> {
  // Relative to the root, else to the folder that cowork was called in.
  for (const path of new Set([joinTree("", name), joinTree(within, name)])) {
    if (path === undefined) continue;
    if (/(^|\/)\.?devcontainer\.json$/.test(path)) {
      if (await isConfig(source, path)) return { path };
      continue;
    }
    const byName = `.devcontainer/${path}/devcontainer.json`;
    if (path !== "" && (await isConfig(source, byName))) return { path: byName };
    const nested = await findIn(source, path);
    if (nested !== undefined) return { path: nested, ...(path === "" ? {} : { subfolder: path }) };
    const beside = posix.join(path, "devcontainer.json");
    if (await isConfig(source, beside)) return { path: beside };
  }
  const others = await findAll(source);
  throw new CoworkError(
    "DEVCONTAINER_INVALID",
    `Dev container configuration ${plain(name)} is not in ${plain(source.describe)}.`,
    {
      hint:
        others.length === 0
          ? "remove --config (and DEVCONTAINER) to use cowork's template"
          : `choose one that exists: ${others.map(plain).join(", ")}`,
    },
  );
}

async function listConfigs(source: ConfigSource, folder: string): Promise<string[]> {
  const found: string[] = [];
  for (const name of (await source.list(posix.join(folder, ".devcontainer"))).toSorted()) {
    const path = posix.join(folder, ".devcontainer", name, "devcontainer.json");
    if (await isConfig(source, path)) found.push(path);
  }
  return found;
}

/** A broken link is not ignored: the user would get the template without knowing why. */
async function isConfig(source: ConfigSource, path: string): Promise<boolean> {
  const kind = await source.stat(path);
  if (kind !== "link") return kind === "file";
  throw await brokenLink(source, path);
}

/** Returns the error about a path that is a broken link. */
export async function brokenLink(source: ConfigSource, path: string, what = path): Promise<CoworkError> {
  const found = await source.follow?.(path);
  const why = found !== undefined && "broken" in found ? found.broken : "it is a link";
  return new CoworkError("DEVCONTAINER_INVALID", `${plain(what)} cannot be used: ${plain(why)}.`, {
    hint: "replace it by the file, or by a link to a file that is committed in the repository",
  });
}

/** How many levels deep configurations are searched for. */
const maxDepth = 4;
const maxFolders = 2000;

/** Finds all configurations of the tree, down to that depth. */
async function findAll(source: ConfigSource): Promise<string[]> {
  const found: string[] = [];
  const queue: { folder: string; depth: number }[] = [{ folder: "", depth: 0 }];
  for (let looked = 0; looked < maxFolders; looked++) {
    const next = queue.shift();
    if (next === undefined) break;
    const { folder, depth } = next;
    for (const place of standard) {
      const path = posix.join(folder, place);
      if ((await source.stat(path)) === "file") found.push(path);
    }
    found.push(...(await listConfigs(source, folder).catch(() => [])));
    if (depth >= maxDepth) continue;
    for (const name of (await source.list(folder)).toSorted()) {
      if (name.startsWith(".") || name === "node_modules" || name === "vendor") continue;
      const path = posix.join(folder, name);
      const isLink = (await source.readLink(path)) !== undefined;
      if (!isLink && (await source.stat(path)) === "folder") queue.push({ folder: path, depth: depth + 1 });
    }
  }
  return found;
}

/** Notes about configurations that are not used, because the template is. */
async function unusedNotes(source: ConfigSource): Promise<string[]> {
  const [first, ...more] = await findAll(source);
  if (first === undefined) {
    if ((await source.stat(".devcontainer")) === undefined) return [];
    return [`cowork's template is used: ${plain(source.describe)} has .devcontainer, but no devcontainer.json in it`];
  }
  const others = more.length === 0 ? "" : `, nor ${more.length === 1 ? plain(more[0] ?? "") : `${more.length} others`}`;
  return [
    `cowork's template is used, because the repository's root has no dev container configuration. ${plain(first)} is not used${others}. To use it: cowork init <session> --config ${nameOf(first)}`,
  ];
}

function passedOver(used: string, nearer: Nested | undefined): string[] {
  if (nearer === undefined) return [];
  return [
    `${plain(nearer.path)} is not used, because the repository's root has ${plain(used)}. To use it: cowork init <session> --config ${nameOf(nearer.path)}`,
  ];
}

/** Returns the value of `--config` for a path. */
function nameOf(path: string): string {
  const [folder = "", rest = ""] = path.split(/(?:^|\/)\.devcontainer(?:\.json$|\/)/);
  return plain(folder === "" || (rest !== "" && rest !== "devcontainer.json") ? path : folder);
}

/** Notes about configurations that differ between the user's working tree and the commit, because sessions start from commits. */
async function uncommittedNotes(
  source: ConfigSource,
  uncommitted: readonly string[],
  used?: string,
): Promise<string[]> {
  const notes: string[] = [];
  for (const path of uncommitted) {
    const isThere = (await source.stat(path)) !== undefined;
    if (isThere && path === used)
      notes.push(`${plain(path)} is used as it is in ${plain(source.describe)}: your changes to it are not committed`);
    if (isThere) continue;
    const instead = used === undefined ? "cowork's template" : plain(used);
    notes.push(
      `${instead} is used: ${plain(path)} is not in ${plain(source.describe)}; commit it, then create the session again`,
    );
  }
  return notes;
}
