import { createHash } from "node:crypto";
import { CoworkError } from "../../errors.ts";
import { ownCommand, steps } from "../../hint.ts";
import { brokenRefRule, sessionNamePattern } from "../../system/names.ts";
import { plain } from "../../system/text.ts";

export { nameKey, projectName } from "../../system/names.ts";

/**
 * Checks a session's name, which is also used for a folder, a branch and a label.
 * @throws SESSION_NAME_INVALID with the rule that it breaks
 */
export function checkSessionName(name: string): void {
  const pattern = "use letters, digits, `.`, `_` and `-`, starting with a letter or digit, at most 63 characters";
  const rule = sessionNamePattern.test(name) ? brokenRefRule(name) : pattern;
  if (rule === undefined) return;
  const shown = plain(name.length > 80 ? `${name.slice(0, 80)}…` : name);
  const other = nameLike(name);
  // A name with a slash is probably a branch.
  const instead =
    name.includes("/") && other !== undefined ? steps`${ownCommand("init", other, "--branch", plain(name))}; ` : [];
  const hint = rule === pattern ? steps`${instead}${pattern}` : `${rule}: choose another name`;
  throw new CoworkError("SESSION_NAME_INVALID", `\`${shown}\` is not a valid session name.`, { hint });
}

/** A session name for this branch; undefined if the text is not a valid branch name either. */
export function nameLike(branch: string): string | undefined {
  if (brokenRefRule(branch) !== undefined) return undefined;
  const name = branch
    .replace(/[^A-Za-z0-9._-]+/g, "-")
    .replace(/^[^A-Za-z0-9]+/, "")
    .slice(0, 63);
  return sessionNamePattern.test(name) && brokenRefRule(name) === undefined ? name : undefined;
}

/** Also the name of the clone's folder. @param project the project's name, not its path */
export function sessionId(project: string, name: string): string {
  return `${project}-${name}`;
}

/** tmux itself turns `.` and `:` into `_`, and then does not find the session by its name. */
export function tmuxName(id: string): string {
  return id.replace(/[.:]/g, "_");
}

/** @param home value of the label `cowork.home` (`homeOf`): two homes on one engine must not share a Compose project */
export function composeProjectName(home: string, id: string): string {
  return `cowork-${createHash("sha256").update(`${home}\0${id}`).digest("hex").slice(0, 12)}`;
}
