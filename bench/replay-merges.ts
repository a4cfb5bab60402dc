// Replays the merges of any repository and reports what `conflicts` would have said of them:
// `npm run replay -- REPOSITORY [MAXIMUM] [--show]`
import { execFileSync } from "node:child_process";
import { createClassifier } from "../src/merging/classes/classifier.ts";
import type { ChangedFile, Classification, FileVersion } from "../src/merging/classes/types.ts";

const [repository = ".", maximum = "1000"] = process.argv.slice(2).filter((word) => !word.startsWith("--"));
const show = process.argv.includes("--show");
const classifier = createClassifier({ limits: { msTotal: Number.POSITIVE_INFINITY } });

const git = (...args: string[]): string =>
  execFileSync("git", ["-C", repository, ...args], {
    encoding: "utf8",
    maxBuffer: 1e9,
    stdio: ["ignore", "pipe", "ignore"],
  });

/** Of both parents against their merge base. */
function changedFiles(base: string, ours: string, theirs: string): Map<string, ChangedFile> {
  const files = new Map<string, ChangedFile>();
  for (const [side, commit] of [
    ["ours", ours],
    ["theirs", theirs],
  ] as const) {
    const fields = git("diff-tree", "-r", "-z", "--no-renames", base, commit).split("\0");
    for (let at = 0; at + 1 < fields.length; at += 2) {
      const [, , was = "", now = ""] = (fields[at] ?? "").split(" ");
      const path = fields[at + 1] ?? "";
      const file = files.get(path) ?? { path, ...allOf(version(was)) };
      if (/^0+$/.test(now)) delete file[side];
      else file[side] = version(now);
      files.set(path, file);
    }
  }
  return files;
}

const allOf = (base: FileVersion): Omit<ChangedFile, "path"> =>
  /^0+$/.test(base.oid) ? {} : { base, ours: base, theirs: base };

const version = (oid: string): FileVersion => ({
  oid,
  text: async () => await Promise.resolve(readBlob(oid)),
});

function readBlob(oid: string): string | undefined {
  try {
    const text = git("cat-file", "blob", oid);
    return text.length > 1024 * 1024 || text.includes("\0") ? undefined : text;
  } catch {
    return undefined;
  }
}

/** The paths that git cannot merge, or undefined if it cannot say. */
function conflicts(ours: string, theirs: string): Set<string> | undefined {
  try {
    git("merge-tree", "--write-tree", "--name-only", "--no-messages", ours, theirs);
    return new Set();
  } catch (error) {
    const { status, stdout } = error as { status: number; stdout: string };
    return status === 1 ? new Set(stdout.trim().split("\n").slice(1)) : undefined;
  }
}

/** None for histories that have nothing in common, for which git exits with 1. */
function mergeBases(ours: string, theirs: string): string[] {
  try {
    return git("merge-base", "--all", ours, theirs).trim().split("\n");
  } catch {
    return [];
  }
}

async function judge(ours: string, theirs: string): Promise<(Classification & { files: number }) | undefined> {
  const bases = mergeBases(ours, theirs);
  const [base = ""] = bases;
  const paths = conflicts(ours, theirs);
  if (bases.length !== 1 || paths === undefined) return undefined;
  const files = changedFiles(base, ours, theirs);
  for (const path of paths) {
    const file = files.get(path);
    if (file !== undefined) file.conflict = "content";
  }
  return { ...(await classifier.classify([...files.values()])), files: files.size };
}

async function main(): Promise<void> {
  const merges = git("rev-list", "--merges", "--min-parents=2", "--max-parents=2", "--parents", "HEAD")
    .trim()
    .split("\n");
  const counts = { merges: 0, textual: 0, clean: 0, sameFile: 0, certain: 0, flagged: 0 };
  const signals = new Map<string, number>();
  const started = performance.now();
  let versions = 0;
  for (const line of merges) {
    if (counts.merges >= Number(maximum)) break;
    const [commit = "", ours = "", theirs = ""] = line.split(" ");
    const found = await judge(ours, theirs);
    // One side without changes has nothing to collide with.
    if (found === undefined || git("merge-base", ours, theirs).trim() === ours) continue;
    counts.merges += 1;
    versions += found.files;
    if (found.class === "textual") {
      counts.textual += 1;
      if (show) console.log(commit.slice(0, 10), "textual", JSON.stringify(found.textual));
      continue;
    }
    counts.clean += 1;
    if (found.sameFile.length > 0) counts.sameFile += 1;
    if (found.signs.some((sign) => sign.certain)) counts.certain += 1;
    if (found.signs.length > 0) counts.flagged += 1;
    for (const signal of new Set(found.signs.map((sign) => sign.signal + (sign.certain ? "!" : ""))))
      signals.set(signal, (signals.get(signal) ?? 0) + 1);
    if (show && found.signs.length > 0) {
      console.log(commit.slice(0, 10));
      for (const { signal, certain, name, path, changedBy, usedIn } of found.signs)
        console.log(
          `  ${signal}${certain ? "!" : ""} ${name} ${path} by ${changedBy} ${usedIn ? `in ${usedIn.path} ${usedIn.key}` : ""}`,
        );
    }
  }
  const share = (n: number): string => `${n} (${((n / counts.clean) * 100).toFixed(1)} %)`;
  console.log(
    `${counts.merges} merges, ${counts.textual} with conflicts, ${counts.clean} clean: same file ${share(counts.sameFile)}, ` +
      `certain ${share(counts.certain)}, any sign ${share(counts.flagged)}; ${JSON.stringify(Object.fromEntries([...signals].toSorted(([a], [b]) => a.localeCompare(b))))}; ` +
      `${versions} files, ${((performance.now() - started) / 1000).toFixed(0)} s, ${(process.memoryUsage().rss / 1e6).toFixed(0)} MB`,
  );
}

await main();
