import { plain } from "../../system/text.ts";
import { describeFailure, parseRawDiff, parseStatus, type Place, type StatusEntry } from "./inspection.ts";
import type { Saved } from "./saved.ts";
import type { Holdings } from "../types.ts";

/** Compares index and working tree with the project: as a whole tree, otherwise file by file. */
export async function judgeFiles(place: Place, saved: Saved, holdings: Holdings): Promise<void> {
  const status = place.sections.get("status");
  const { entries, strange } = parseStatus(status?.text ?? "");
  holdings.unreadable.push(...strange.map((line) => plain(`status: ${line}`).slice(0, 300)));
  // git warns about folders that it cannot read, and continues.
  const warnings = (status?.stderr ?? "").split("\n").filter((line) => line !== "" && !isNamed(line, holdings));
  if (status?.code === 0) holdings.unreadable.push(...new Set(warnings.map((line) => describeFailure("status", line))));
  holdings.counts.uncommitted = entries.filter((entry) => entry.kind !== "untracked").length;
  holdings.counts.untracked = entries.filter((entry) => entry.kind === "untracked").length;
  if (entries.length === 0) return;

  const complete = ["add", "changes", "indexchanges"].every((name) => place.sections.get(name)?.code === 0);
  const worktreeSaved = await isTreeSaved(place, "worktree", saved);
  const indexSaved = await isTreeSaved(place, "indextree", saved);
  const staged = parseRawDiff(place.sections.get("indexchanges")?.text ?? "");
  const working = parseRawDiff(place.sections.get("changes")?.text ?? "");
  for (const entry of entries) {
    const isSaved = await isEntrySaved(entry);
    if (isSaved) continue;
    (entry.kind === "untracked" ? holdings.untracked : holdings.uncommitted).push(entry.path);
    if (entry.kind === "conflicted") holdings.conflicted.push(entry.path);
  }

  async function isEntrySaved(entry: StatusEntry): Promise<boolean> {
    // Another repository inside the working tree: git would store its commit's id and none of its content.
    if (entry.path.endsWith("/")) return false;
    if (entry.kind === "conflicted" || !complete) return false;
    const inTree = working.get(entry.path);
    const inIndex = staged.get(entry.path);
    // Submodules are judged separately; here only their recorded commit matters.
    const isModule = entry.submodule.startsWith("S");
    const onlyInside = isModule && entry.submodule[1] === "." && inIndex === undefined;
    if (onlyInside) return true;
    // A path that is missing here is as in HEAD, and HEAD is judged with the commits; HEAD has an untracked file only if the
    // index has lost it.
    if (inTree === undefined && entry.kind === "untracked" && inIndex?.mode !== "000000") return false;
    const workingIsSaved =
      worktreeSaved || inTree === undefined || (!isModule && (await saved.sameFile(entry.path, inTree)));
    const indexIsSaved =
      indexSaved ||
      inIndex === undefined ||
      inIndex.oid === inTree?.oid ||
      inIndex.mode === "000000" ||
      (await saved.sameFile(entry.path, inIndex));
    return workingIsSaved && indexIsSaved;
  }
}

/** Is it about a folder that git could not open and that `blocked` lists already? */
function isNamed(warning: string, { blocked }: Holdings): boolean {
  const [, folder] = /^warning: could not open directory '(.*?)\/*': Permission denied$/.exec(warning) ?? [];
  return folder !== undefined && blocked.some(({ path }) => path.endsWith(`/${folder}`));
}

async function isTreeSaved(place: Place, name: string, saved: Saved): Promise<boolean> {
  const section = place.sections.get(name);
  return section?.code === 0 && (await saved.hasTree(section.text.trim()));
}

export async function judgePrecious(place: Place, saved: Saved, holdings: Holdings): Promise<void> {
  for (const record of (place.sections.get("precious")?.text ?? "").split("\0")) {
    const [, oid, path] = /^(-|[0-9a-f]{40,64}) (.+)$/s.exec(record) ?? [];
    if (oid === undefined || path === undefined) continue;
    if (!(await saved.sameFile(path, { mode: "100644", oid }, true))) holdings.precious.push(path);
  }
}
