/** A path as git reads it in `info/alternates` and in GIT_ALTERNATE_OBJECT_DIRECTORIES: in quotes where a character has a meaning there. */
export function alternatePath(path: string): string {
  if (!/["\n:]|^#/.test(path)) return path;
  return `"${path.replace(/[\\"]/g, String.raw`\$&`).replaceAll("\n", String.raw`\n`)}"`;
}
