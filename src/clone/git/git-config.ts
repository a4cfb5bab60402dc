/** One setting: section, subsection (a remote, a branch) or none, key, value. */
export type Setting = readonly [section: string, sub: string | undefined, key: string, value: string];

/** Writes settings in git's file format, with sections in the order given. */
export function renderGitConfig(settings: readonly Setting[]): string {
  let text = "";
  let open = "";
  for (const [section, sub, key, value] of settings) {
    const header = sub === undefined ? `[${section}]` : `[${section} "${sub.replace(/[\\"]/g, String.raw`\$&`)}"]`;
    if (header !== open) text += `${header}\n`;
    open = header;
    text += `\t${key} = ${quote(value)}\n`;
  }
  return text;
}

/** Always quoted, so that nothing in the value starts a comment or ends the line. */
function quote(value: string): string {
  const escaped = value
    .replace(/[\\"]/g, String.raw`\$&`)
    .replaceAll("\n", String.raw`\n`)
    .replaceAll("\t", String.raw`\t`);
  return `"${escaped}"`;
}

/** Splits a key as `git config --list` prints it: the subsection may contain dots. */
export function splitKey(key: string): { section: string; sub: string | undefined; name: string } {
  const first = key.indexOf(".");
  const last = key.lastIndexOf(".");
  return {
    section: key.slice(0, first),
    sub: first === last ? undefined : key.slice(first + 1, last),
    name: key.slice(last + 1),
  };
}
