import type { ConflictKind } from "../../contract/merging/conflicts.ts";
import { isLockFile } from "../classes/paths.ts";
import { largeFileMark } from "../snapshot/script.ts";
import type { BlobReader } from "../scratch/blob-reader.ts";
import type { CommitPair } from "./merge-pairs.ts";
import type { MergeMessage, MergeRecord, Stage } from "./parse-merges.ts";

/** A path in conflict, as the sessions know it. */
export interface Collision {
  path: string;
  kind: ConflictKind;
  stages: Stage[];
}

/** git's names of conflicts, by what they start with. Others are content. */
const kinds: readonly (readonly [type: string, kind: ConflictKind])[] = [
  ["CONFLICT (contents)", "content"],
  ["CONFLICT (binary)", "binary"],
  ["CONFLICT (modify/delete)", "delete/edit"],
  ["CONFLICT (file/directory)", "file/directory"],
  ["CONFLICT (distinct modes)", "mode"],
  ["CONFLICT (rename", "rename"],
  ["CONFLICT (directory rename", "directory rename"],
  ["CONFLICT (implicit dir rename", "directory rename"],
  ["CONFLICT (dir rename", "directory rename"],
  ["CONFLICT (submodule", "submodule"],
];

/** The paths in conflict, each once, sorted. What needs a file's content is refined by `refine`. */
export function collisionsOf(record: MergeRecord, pair: CommitPair): Collision[] {
  if (record.clean) return [];
  const found = new Map<string, Collision>();
  const stagesOf = Map.groupBy(record.stages, ({ path }) => ownPath(path, pair));
  const add = (path: string, kind: ConflictKind): void => {
    const known = found.get(path);
    // The first kind is git's own; `content` only says that there is one.
    if (known !== undefined && known.kind !== "content") return;
    found.set(path, { path, kind, stages: stagesOf.get(path) ?? [] });
  };
  for (const message of record.messages) {
    const kind = kindOf(message);
    if (kind === undefined) continue;
    const [path] = namedPaths(message, pair);
    if (path !== undefined) add(path, kind);
  }
  // A conflict that no message names, whatever the version of git.
  for (const path of stagesOf.keys()) if (!isNamed(path, record.messages, pair)) add(path, "content");
  return [...found.values()].map(byStages).toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

function kindOf({ type }: MergeMessage): ConflictKind | undefined {
  if (!type.startsWith("CONFLICT")) return undefined;
  return kinds.find(([start]) => type.startsWith(start))?.[1] ?? "content";
}

function namedPaths({ paths }: MergeMessage, pair: CommitPair): string[] {
  return paths.map((path) => ownPath(path, pair));
}

function isNamed(path: string, messages: readonly MergeMessage[], pair: CommitPair): boolean {
  return messages.some((one) => kindOf(one) !== undefined && namedPaths(one, pair).includes(path));
}

/** git adds the side's name to a path that is in the way: `d~<commit>`. */
function ownPath(path: string, { a, b }: CommitPair): string {
  const [, name, side] = /^([^]*)~([0-9a-f]{40,64})(?:_\d+)?$/.exec(path) ?? [];
  return name !== undefined && (side === a || side === b) ? name : path;
}

function byStages(collision: Collision): Collision {
  const { kind, path, stages } = collision;
  if (stages.some(({ mode }) => mode === "160000")) return { ...collision, kind: "submodule" };
  if (kind !== "content" && kind !== "binary") return collision;
  if (isLockFile(path)) return { ...collision, kind: "lock file" };
  return kind === "content" && stages.length > 0 && stages.every(({ stage }) => stage !== 1)
    ? { ...collision, kind: "add/add" }
    : collision;
}

/** A pointer of git-lfs, or the text that stands for a large file, is shorter. In bytes. */
const shortBytes = 1_024;

/** Only a content tells that it stands for another one. */
export async function refine(collision: Collision, reader: Pick<BlobReader, "sizes" | "text">): Promise<Collision> {
  if (!["content", "add/add", "binary"].includes(collision.kind)) return collision;
  const known = await reader.sizes(collision.stages.map(({ oid }) => oid));
  const short = collision.stages.filter(({ oid }) => (known.get(oid) ?? Infinity) <= shortBytes);
  const texts: string[] = [];
  for (const { oid } of short) texts.push((await reader.text(oid)) ?? "");
  if (texts.some((text) => text.startsWith("version https://git-lfs.github.com/spec/")))
    return { ...collision, kind: "LFS" };
  return texts.some((text) => text.startsWith(largeFileMark)) ? { ...collision, kind: "large file" } : collision;
}
