import { changesOf } from "./changes.ts";
import type { FileEntities } from "./entities.ts";
import { createGrammars, sharedGrammars, type ReadGrammar } from "./grammars.ts";
import { languageOf } from "./languages.ts";
import { isGenerated, isLockFile } from "./paths.ts";
import { createReader, generated, tooLate, type Limits, type Reader } from "./reader.ts";
import { createRelevance, type FindRelevant } from "./relevance.ts";
import { findSigns } from "./signs.ts";
import { classifyText, type TextVersion } from "./textual.ts";
import type { ChangedFile, Classification, Owners, TextualConflict } from "./types.ts";

export interface Classifier {
  /** @param files all that either side changed. Their content is untrusted */
  classify(files: readonly ChangedFile[], owners?: Owners): Promise<Classification>;
  /** Loads the grammars of files at these paths. */
  prepare(paths: readonly string[]): Promise<void>;
}

const usual: Limits = { size: 1024 * 1024, msPerFile: 1_000, msEach: 2_000, msTotal: 8_000 };

/**
 * Looks for names in changed files. Nothing is loaded before the first file in a known language. What was parsed once is kept, by
 * content, as long as the classifier: use one for all pairs of sessions.
 */
export function createClassifier(options: { read?: ReadGrammar; limits?: Partial<Limits> } = {}): Classifier {
  const limits = { ...usual, ...options.limits };
  const grammars = options.read === undefined ? sharedGrammars() : createGrammars(options.read);
  const reader = createReader(grammars, limits);
  const findRelevant = createRelevance({ each: limits.msEach / 2, total: limits.msTotal / 2 });
  return {
    classify: async (files, owners = { ours: "ours", theirs: "theirs" }) =>
      await classifyFiles({ reader, findRelevant, owners }, files),
    prepare: async (paths) => {
      const parsed = paths.filter((path) => !isLockFile(path) && !isGenerated(path));
      const languages = new Set(parsed.map(languageOf).filter((language) => language !== undefined));
      await Promise.all([...languages].map(async (language) => await grammars.load(language)));
    },
  };
}

const sides = ["base", "ours", "theirs"] as const;
type SideName = (typeof sides)[number];
type Found = Partial<Record<SideName, FileEntities>>;

async function classifyFiles(
  { reader, findRelevant, owners }: { reader: Reader; findRelevant: FindRelevant; owners: Owners },
  files: readonly ChangedFile[],
): Promise<Classification> {
  const maps = { base: new Map(), ours: new Map(), theirs: new Map() } as Record<SideName, Map<string, FileEntities>>;
  const textual: TextualConflict[] = [];
  const unjudged: Classification["unjudged"] = [];
  const readable = files.filter(
    ({ path }) => languageOf(path) !== undefined && !isLockFile(path) && !isGenerated(path),
  );
  const names = await findRelevant(readable, owners);
  const relevant = new Set(names.files);
  for (const { path } of names.late) unjudged.push({ path, why: tooLate });
  for (const file of files) {
    const { path, conflict } = file;
    const { found, why } = relevant.has(file) ? await readAll(reader, file, owners) : { found: {} };
    if (conflict !== undefined) textual.push(await conflictIn(file, found, why));
    if (why !== undefined && why !== generated) unjudged.push({ path, why });
    for (const side of sides) if (found[side] !== undefined) maps[side].set(path, found[side]);
  }
  const { base } = maps;
  const conflicted = new Set(textual.map(({ path }) => path));
  const all = findSigns({ base, ours: changesOf(base, maps.ours), theirs: changesOf(base, maps.theirs) });
  // In a file that git cannot merge, what both changed is in its conflicts.
  const signs = all.filter((sign) => sign.class === "semantic" || !conflicted.has(sign.path));
  const isStructural = signs.some((sign) => sign.class === "structural");
  return {
    class: textual.length > 0 ? "textual" : isStructural ? "structural" : signs.length > 0 ? "semantic" : "none",
    textual,
    signs,
    sameFile: files.filter(isChangedByBoth).map(({ path }) => path),
    unjudged,
    isPartial: reader.problem !== undefined || unjudged.some(({ why }) => why === tooLate),
    ...(reader.problem !== undefined && { note: `names were not looked for everywhere: ${reader.problem}` }),
  };
}

/** All versions that exist, or why one cannot be read: a comparison needs all of them. */
async function readAll(reader: Reader, file: ChangedFile, owners: Owners): Promise<{ found: Found; why?: string }> {
  const found: Found = {};
  for (const side of sides) {
    const version = file[side];
    if (version === undefined) continue;
    // A side that did not change the file has the base's version: the other one is why it is read.
    const isTheirs = side === "theirs" || file.ours?.oid === file.base?.oid;
    const read = await reader.read(file.path, version, isTheirs ? owners.theirs : owners.ours);
    if ("why" in read) return { found: {}, why: read.why };
    found[side] = read.entities;
  }
  return { found };
}

async function conflictIn(file: ChangedFile, found: Found, why: string | undefined): Promise<TextualConflict> {
  const { path } = file;
  if (isLockFile(path) || isGenerated(path) || why === generated) return { path, class: "lockfile", names: [] };
  const version = async (side: SideName): Promise<TextVersion | undefined> => {
    // A file that both added has an empty base.
    const text = file[side] === undefined ? "" : await file[side].text();
    return text === undefined ? undefined : { text, ...(found[side] && { entities: found[side] }) };
  };
  const [base, ours, theirs] = [await version("base"), await version("ours"), await version("theirs")];
  const isText = base !== undefined && ours !== undefined && theirs !== undefined;
  return isText ? classifyText(path, base, ours, theirs) : { path, names: [] };
}

const isChangedByBoth = ({ base, ours, theirs }: ChangedFile): boolean =>
  base?.oid !== ours?.oid && base?.oid !== theirs?.oid;
