import { changesOf } from "./changes.ts";
import type { FileEntities } from "./entities.ts";
import { createGrammars, type ReadGrammar } from "./grammars.ts";
import { languageOf } from "./languages.ts";
import { isGenerated, isLockFile } from "./paths.ts";
import { createReader, type Limits, type Reader } from "./reader.ts";
import { findSigns } from "./signs.ts";
import { classifyText, type TextVersion } from "./textual.ts";
import type { ChangedFile, Classification, FileVersion, TextualConflict } from "./types.ts";

export interface Classifier {
  /** @param files all that either side changed. Their content is untrusted */
  classify(files: readonly ChangedFile[]): Promise<Classification>;
}

const usual: Limits = { size: 1024 * 1024, msPerFile: 500, msTotal: 20_000 };

/**
 * Looks for names in changed files. Nothing is loaded before the first file in a known language. What was parsed once is kept, by
 * content, as long as the classifier: use one for all pairs of sessions.
 */
export function createClassifier(options: { read?: ReadGrammar; limits?: Partial<Limits> } = {}): Classifier {
  const reader = createReader(createGrammars(options.read), { ...usual, ...options.limits });
  return { classify: async (files) => await classifyFiles(reader, files) };
}

const sides = ["base", "ours", "theirs"] as const;
type SideName = (typeof sides)[number];

async function classifyFiles(reader: Reader, files: readonly ChangedFile[]): Promise<Classification> {
  const maps = { base: new Map(), ours: new Map(), theirs: new Map() } as Record<SideName, Map<string, FileEntities>>;
  const textual: TextualConflict[] = [];
  const unjudged: Classification["unjudged"] = [];
  for (const file of files) {
    const { path, conflict } = file;
    if (isLockFile(path) || isGenerated(path, await headOf(file))) {
      if (conflict !== undefined) textual.push({ path, class: "lockfile", names: [] });
      continue;
    }
    const { found, why } = await readAll(reader, file);
    if (why !== undefined && languageOf(path) !== undefined) unjudged.push({ path, why });
    if (conflict !== undefined) textual.push(await conflictIn(file, found));
    if (why === undefined) for (const side of sides) if (found[side] !== undefined) maps[side].set(path, found[side]);
  }
  const { base } = maps;
  const conflicted = new Set(textual.map(({ path }) => path));
  const signs = findSigns({ base, ours: changesOf(base, maps.ours), theirs: changesOf(base, maps.theirs) });
  // In a file that git cannot merge, what both changed is in its conflicts.
  const beyond = signs.filter((sign) => sign.class === "semantic" || !conflicted.has(sign.path));
  const structural = beyond.some((sign) => sign.class === "structural");
  return {
    class: textual.length > 0 ? "textual" : structural ? "structural" : beyond.length > 0 ? "semantic" : "none",
    textual,
    signs: beyond,
    sameFile: files.filter(changedByBoth).map(({ path }) => path),
    unjudged,
    ...(reader.problem !== undefined && { note: `names were not looked for everywhere: ${reader.problem}` }),
  };
}

/** What generators write is at the top. Files in unknown languages are not read for it. */
async function headOf({ path, base, ours, theirs }: ChangedFile): Promise<string> {
  if (languageOf(path) === undefined) return "";
  return (await (ours ?? theirs ?? base)?.text())?.slice(0, 1000) ?? "";
}

/** All versions that exist, or why one cannot be read: a comparison needs all of them. */
async function readAll(
  reader: Reader,
  file: ChangedFile,
): Promise<{ found: Partial<Record<SideName, FileEntities>>; why?: string }> {
  const found: Partial<Record<SideName, FileEntities>> = {};
  for (const side of sides) {
    const version = file[side];
    if (version === undefined) continue;
    const read = await reader.read(file.path, version);
    if ("why" in read) return { found: {}, why: read.why };
    found[side] = read.entities;
  }
  return { found };
}

async function conflictIn(file: ChangedFile, found: Partial<Record<SideName, FileEntities>>): Promise<TextualConflict> {
  const version = async (side: SideName): Promise<TextVersion | undefined> => {
    const text = await textOf(file[side]);
    return text === undefined ? undefined : { text, ...(found[side] && { entities: found[side] }) };
  };
  const [base, ours, theirs] = [await version("base"), await version("ours"), await version("theirs")];
  if (ours === undefined || theirs === undefined || base === undefined) return { path: file.path, names: [] };
  return classifyText(file.path, base, ours, theirs);
}

/** A file that both added has an empty base. Undefined if it has no text, or is missing on a side that had it. */
const textOf = async (version: FileVersion | undefined): Promise<string | undefined> =>
  version === undefined ? "" : await version.text();

const changedByBoth = ({ base, ours, theirs }: ChangedFile): boolean =>
  base?.oid !== ours?.oid && base?.oid !== theirs?.oid;
