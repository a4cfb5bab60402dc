import { join } from "node:path";
import { readTextFile, writeFileAtomic } from "../../system/files/files.ts";

/** Adds files, by their exact paths, to those that git ignores in this clone only. */
export async function appendExcludes(
  clone: string,
  paths: readonly string[],
  owner: { uid: number; gid: number },
): Promise<void> {
  const file = join(clone, ".git", "info", "exclude");
  const text = (await readTextFile(file, { maxBytes: 1 << 20, root: clone })) ?? "";
  const there = new Set(text.split("\n"));
  const lines = paths
    .filter((path) => !path.includes("\n"))
    .map(excludePattern)
    .filter((line) => !there.has(line));
  if (lines.length === 0) return;
  const before = text === "" || text.endsWith("\n") ? text : `${text}\n`;
  await writeFileAtomic(file, `${before}${lines.join("\n")}\n`, { root: clone, mode: 0o644, ...owner });
}

/** A pattern that matches exactly this path. */
function excludePattern(path: string): string {
  const escaped = path.replace(/[\\*?[]/g, String.raw`\$&`);
  // A trailing space counts only after a backslash.
  return `/${escaped.endsWith(" ") ? `${escaped.slice(0, -1)}\\ ` : escaped}`;
}
