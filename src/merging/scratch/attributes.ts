/** What git's merge reads: other attributes run programs, or do not matter here. */
const allowed = new Set(["merge=union", "merge=text", "merge=binary", "merge", "-merge", "!merge", "binary"]);

/**
 * The lines of a `.gitattributes` that count in a merge, for the repository's own attributes file. Drivers that a configuration would
 * have to define are left out, and so are macros.
 * @param folder the file's folder in the repository, "" for the root
 */
export function mergeAttributes(folder: string, text: string): string[] {
  if (/[\s"\\*?[\]!#]/.test(folder)) return [];
  return text.split("\n").flatMap((line) => {
    const [, pattern, rest] = /^\s*("(?:[^"\\]|\\.)*"|[^\s"#][^\s]*)\s+(.*)$/.exec(line) ?? [];
    if (pattern === undefined || rest === undefined || pattern.startsWith("[attr]") || pattern.startsWith("!"))
      return [];
    const chosen = rest.split(/\s+/).filter((word) => allowed.has(word));
    const place = inFolder(folder, pattern);
    return chosen.length === 0 || place === undefined ? [] : [`${place} ${chosen.join(" ")}`];
  });
}

/** A pattern without a slash is valid in every folder below. */
function inFolder(folder: string, pattern: string): string | undefined {
  if (folder === "") return pattern;
  // Quoted patterns of folders are rare: without them a merge counts as git's default, which finds more conflicts.
  if (pattern.startsWith('"')) return undefined;
  return pattern.replace(/\/$/, "").includes("/")
    ? `${folder}/${pattern.replace(/^\//, "")}`
    : `${folder}/**/${pattern}`;
}
