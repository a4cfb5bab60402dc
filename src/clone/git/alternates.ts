/** A path in the syntax of `info/alternates` and GIT_ALTERNATE_OBJECT_DIRECTORIES: quoted if it contains special characters. */
export function alternatePath(path: string): string {
  if (!/["\n:]|^#/.test(path)) return path;
  return `"${path.replace(/[\\"]/g, String.raw`\$&`).replaceAll("\n", String.raw`\n`)}"`;
}
