import { createHash } from "node:crypto";
import { CoworkError } from "../errors.ts";
import { plain } from "../system/text.ts";

const sessionPattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;
const nameHint = "use letters, digits, `.`, `_` and `-`, starting with a letter or digit, at most 63 characters";

/**
 * A session's name is a folder, a branch and a label at once.
 * @throws SESSION_NAME_INVALID with the rule that it breaks
 */
export function checkSessionName(name: string): void {
  if (!sessionPattern.test(name)) throw invalid(name, nameHint);
  const rule = brokenRefRule(name);
  if (rule !== undefined) throw invalid(name, `${rule}; choose another name`);
}

/** Names with the same key are one name: file systems without case, and tmux, cannot tell them apart. */
export function nameKey(name: string): string {
  return name.toLowerCase().replaceAll(".", "_");
}

/** Also the name of the clone's folder. @param project the project's name, not its path */
export function sessionId(project: string, name: string): string {
  return `${project}-${name}`;
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

/** tmux turns `.` and `:` into `_` itself, and then does not find the name again. */
export function tmuxName(id: string): string {
  return id.replace(/[.:]/g, "_");
}

/** @param homeHash `paths.homeHash`: two homes on one engine must not share a Compose project */
export function composeProjectName(homeHash: string, id: string): string {
  return `cowork-${createHash("sha256").update(`${homeHash}\0${id}`).digest("hex").slice(0, 12)}`;
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
    return "git takes no spaces, control characters or any of `~^:?*[\\` in a branch name";
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

function invalid(name: string, hint: string): CoworkError {
  const shown = plain(name.length > 80 ? `${name.slice(0, 80)}…` : name);
  return new CoworkError("SESSION_NAME_INVALID", `\`${shown}\` cannot be a session's name.`, { hint });
}
