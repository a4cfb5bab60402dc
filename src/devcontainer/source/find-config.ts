import { posix } from "node:path";
import { CoworkError } from "../../errors.ts";
import { ownCommand, steps } from "../../hint.ts";
import { plain } from "../../system/text.ts";
import { joinTree, treeFolder } from "./tree-path.ts";
import type { ConfigSource } from "../types.ts";

export interface ConfigOptions {
  /** value of `--config` or of the `DEVCONTAINER` setting */
  name?: string | undefined;
  /** folder of the repository that the command was given in; absent or empty: its root */
  within?: string | undefined;
  /** configurations of the user's working tree that are not committed as they lie there */
  uncommitted?: readonly string[] | undefined;
}

export interface FoundConfig {
  /** in the source; undefined when there is none: the template is used */
  path?: string;
  /** the part of the repository that it is for, where it is not all of it */
  subfolder?: string;
  /** what a user should know about the choice, one line each */
  notes: string[];
}

/**
 * Where the dev container config lies: `name` decides (a path, a folder's name under `.devcontainer/`, or a folder with a
 * configuration of its own), else the two standard places, else the only `.devcontainer/<folder>/devcontainer.json`; else the same
 * places of the folders from the one that the command was given in upwards. Where one is passed over a note says so: the
 * template never takes the place of a configuration in silence.
 * @throws DEVCONTAINER_AMBIGUOUS for several, DEVCONTAINER_INVALID when the named one is not there or a link leads to none
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
    const why = `${plain(found.path)} is used: the command ran in ${plain(within)}, and the repository's root has no dev container configuration`;
    return { ...found, notes: [why, ...(await uncommittedNotes(source, uncommitted, found.path))] };
  }
  return { notes: [...(await uncommittedNotes(source, uncommitted)), ...(await unusedNotes(source))] };
}

const standard = [".devcontainer/devcontainer.json", ".devcontainer.json"];

/** The configuration of one folder. Throws DEVCONTAINER_AMBIGUOUS. */
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
    { hint: steps`choose one: --config ${first}, or for good: ${ownCommand("config", "set", "DEVCONTAINER", first)}` },
  );
}

type Nested = Required<Omit<FoundConfig, "notes">>;

/** Throws DEVCONTAINER_AMBIGUOUS. */
async function nearest(source: ConfigSource, folders: readonly string[]): Promise<Nested | undefined> {
  for (const subfolder of folders) {
    const path = await findIn(source, subfolder);
    if (path !== undefined) return { path, subfolder };
  }
  return undefined;
}

/** `a/b` → `a/b`, `a`: without the root. */
function foldersUp(folder: string): string[] {
  return folder === "" ? [] : [folder, ...foldersUp(treeFolder(folder))];
}

async function findNamed(
  source: ConfigSource,
  name: string,
  within: string,
): Promise<Omit<Nested, "subfolder"> & { subfolder?: string }> {
  // As seen from the root, else from where the command was given.
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
    `There is no dev container configuration ${plain(name)} in ${plain(source.describe)}.`,
    {
      hint:
        others.length === 0
          ? "leave out --config (and DEVCONTAINER) to use cowork's template"
          : `there is ${others.map(plain).join(", ")}`,
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

/** A link to nothing is not passed over in silence: the user would get the template and not know why. */
async function isConfig(source: ConfigSource, path: string): Promise<boolean> {
  const kind = await source.stat(path);
  if (kind !== "link") return kind === "file";
  throw await brokenLink(source, path);
}

/** The error about a path that is a link to nothing in the tree. */
export async function brokenLink(source: ConfigSource, path: string, what = path): Promise<CoworkError> {
  const found = await source.follow?.(path);
  const why = found !== undefined && "broken" in found ? found.broken : "it is a link";
  return new CoworkError("DEVCONTAINER_INVALID", `${plain(what)} cannot be used: ${plain(why)}.`, {
    hint: "put the file itself there, or a link to one that is committed in the repository",
  });
}

/** How far configurations of parts of a repository are looked for. */
const deepest = 4;
const mostFolders = 2000;

/** Every configuration of the tree, as far as its folders are looked through. */
async function findAll(source: ConfigSource): Promise<string[]> {
  const found: string[] = [];
  const queue: { folder: string; depth: number }[] = [{ folder: "", depth: 0 }];
  for (let looked = 0; looked < mostFolders; looked++) {
    const next = queue.shift();
    if (next === undefined) break;
    const { folder, depth } = next;
    for (const place of standard) {
      const path = posix.join(folder, place);
      if ((await source.stat(path)) === "file") found.push(path);
    }
    found.push(...(await listConfigs(source, folder).catch(() => [])));
    if (depth >= deepest) continue;
    for (const name of (await source.list(folder)).toSorted()) {
      if (name.startsWith(".") || name === "node_modules" || name === "vendor") continue;
      const path = posix.join(folder, name);
      const isLink = (await source.readLink(path)) !== undefined;
      if (!isLink && (await source.stat(path)) === "folder") queue.push({ folder: path, depth: depth + 1 });
    }
  }
  return found;
}

/** The template is used although there are configurations. */
async function unusedNotes(source: ConfigSource): Promise<string[]> {
  const [first, ...more] = await findAll(source);
  if (first === undefined) {
    if ((await source.stat(".devcontainer")) === undefined) return [];
    return [`cowork's template is used: ${plain(source.describe)} has .devcontainer, but no devcontainer.json in it`];
  }
  const others = more.length === 0 ? "" : `, nor ${more.length === 1 ? plain(more[0] ?? "") : `${more.length} others`}`;
  return [
    `cowork's template is used: the repository's root has no dev container configuration; ${plain(first)} is not used${others}: cowork init <session> --config ${nameOf(first)}`,
  ];
}

function passedOver(used: string, nearer: Nested | undefined): string[] {
  if (nearer === undefined) return [];
  return [
    `${plain(nearer.path)} is not used, but ${plain(used)} of the repository's root: cowork init <session> --config ${nameOf(nearer.path)}`,
  ];
}

/** What `--config` takes for it. */
function nameOf(path: string): string {
  const [folder = "", rest = ""] = path.split(/(?:^|\/)\.devcontainer(?:\.json$|\/)/);
  return plain(folder === "" || (rest !== "" && rest !== "devcontainer.json") ? path : folder);
}

/** What lies in the user's working tree and not so in the commit: sessions start from commits. */
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
      `${instead} is used: ${plain(path)} is not in ${plain(source.describe)}; commit it, then make the session anew`,
    );
  }
  return notes;
}
