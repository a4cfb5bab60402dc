// Rules for names, as pure functions. They are in the lowest layer because both clients and hosts use them.

/** Valid session names; git's rules (`brokenRefRule`) apply in addition. */
export const sessionNamePattern: RegExp = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

/** Names with the same key are the same name: case-insensitive file systems and tmux cannot distinguish them. */
export function nameKey(name: string): string {
  return name.toLowerCase().replaceAll(".", "_");
}

/** Derives a project's name from its root folder's name: lower case, other characters than `[a-z0-9._-]` as `-`. Never empty. */
export function projectName(folder: string): string {
  const safe = folder.toLowerCase().replace(/[^a-z0-9._-]/gu, "-");
  const trimmed = safe
    .replace(/^[^a-z0-9]+/, "")
    .slice(0, 63)
    .replace(/[^a-z0-9]+$/, "");
  return trimmed === "" ? "project" : trimmed;
}

/**
 * Explains why git refuses a branch name (`git check-ref-format --branch`); undefined for a valid name. `@{-1}` and the like, which
 * git would look up, count as refused.
 */
export function brokenRefRule(name: string): string | undefined {
  if (name === "") return "a branch name cannot be empty";
  if (name === "HEAD" || name === "@") return `git reserves the name \`${name}\``;
  if (name.startsWith("-")) return "a branch name cannot start with `-`";
  // oxlint-disable-next-line no-control-regex -- git refuses control characters, so they are named
  if (/[\u0000-\u0020\u007f~^:?*[\\]/.test(name))
    return "a branch name cannot contain spaces, control characters or any of `~^:?*[\\`";
  if (name.includes("..")) return "a branch name cannot contain `..`";
  if (name.includes("@{")) return "a branch name cannot contain `@{`";
  if (name.endsWith(".")) return "a branch name cannot end with `.`";
  for (const part of name.split("/")) {
    if (part === "") return "a branch name cannot start or end with `/`, or contain `//`";
    if (part.startsWith(".")) return "a part of a branch name cannot start with `.`";
    if (part.endsWith(".lock")) return "a part of a branch name cannot end with `.lock`";
  }
  return undefined;
}
