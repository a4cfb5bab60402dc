// Rules about names, pure. They stand at the bottom of the house because both the project's side and the host's side go by them.

/** How a session may be called; git's rules (`brokenRefRule`) come on top. */
export const sessionNamePattern: RegExp = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

/** Names with the same key are one name: file systems without case, and tmux, cannot tell them apart. */
export function nameKey(name: string): string {
  return name.toLowerCase().replaceAll(".", "_");
}

/** A project's name from its root folder's: lower case, everything else than `[a-z0-9._-]` as `-`. Never empty. */
export function projectName(folder: string): string {
  const safe = folder.toLowerCase().replace(/[^a-z0-9._-]/gu, "-");
  const trimmed = safe
    .replace(/^[^a-z0-9]+/, "")
    .slice(0, 63)
    .replace(/[^a-z0-9]+$/, "");
  return trimmed === "" ? "project" : trimmed;
}

/**
 * Why git would refuse this as a branch name (`git check-ref-format --branch`), in words; undefined when it takes it.
 * `@{-1}` and the like, which git would look up, count as refused.
 */
export function brokenRefRule(name: string): string | undefined {
  if (name === "") return "git takes no empty branch name";
  if (name === "HEAD" || name === "@") return `git keeps the name \`${name}\` for itself`;
  if (name.startsWith("-")) return "git takes no branch name that starts with `-`";
  // oxlint-disable-next-line no-control-regex -- git refuses control characters, so they are named
  if (/[\u0000-\u0020\u007f~^:?*[\\]/.test(name))
    return "git takes no space, control character or any of `~^:?*[\\` in a branch name";
  if (name.includes("..")) return "git takes no `..` in a branch name";
  if (name.includes("@{")) return "git takes no `@{` in a branch name";
  if (name.endsWith(".")) return "git takes no branch name that ends with `.`";
  for (const part of name.split("/")) {
    if (part === "") return "git takes no branch name that starts or ends with `/`, or holds `//`";
    if (part.startsWith(".")) return "git takes no part of a branch name that starts with `.`";
    if (part.endsWith(".lock")) return "git takes no part of a branch name that ends with `.lock`";
  }
  return undefined;
}
