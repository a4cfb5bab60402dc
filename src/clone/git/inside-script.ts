import { shellWord } from "../../system/shell-word.ts";
import { configVariables } from "./host-git.ts";

/** Exit code of a script that did not find git. */
export const noGit = 97;

/** Exit code of a script if the clone's `.git` is not a folder. */
export const notARepository = 96;

/** Takes precedence over every configuration written in the clone or by a program inside. */
const config = [
  ["safe.directory", "*"],
  ["core.fsmonitor", "false"],
  ["core.trustctime", "true"],
  ["core.checkStat", "default"],
  ["core.hooksPath", "/dev/null"],
  ["core.pager", "cat"],
  ["core.quotePath", "false"],
  ["core.safecrlf", "false"],
  // Scripts here never use a branch's short name, so a branch named HEAD does no harm.
  ["core.warnAmbiguousRefs", "false"],
  ["core.excludesFile", "/dev/null"],
  ["core.attributesFile", "/dev/null"],
  ["core.askPass", "true"],
  ["core.sshCommand", "false"],
  ["color.ui", "false"],
  ["commit.gpgSign", "false"],
  ["tag.gpgSign", "false"],
  ["log.showSignature", "false"],
  ["gc.auto", "0"],
  ["maintenance.auto", "false"],
  ["submodule.recurse", "false"],
  ["status.renames", "false"],
  ["advice.addEmbeddedRepo", "false"],
  ["rerere.enabled", "false"],
] as const;

const variables: Record<string, string> = {
  ...configVariables(config),
  // No prompts, no locks that would get in an agent's way, no other repository's objects, no network.
  GIT_OPTIONAL_LOCKS: "0",
  GIT_TERMINAL_PROMPT: "0",
  GIT_NO_REPLACE_OBJECTS: "1",
  GIT_GRAFT_FILE: "/nonexistent",
  GIT_NO_LAZY_FETCH: "1",
  GIT_ALLOW_PROTOCOL: "none",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CEILING_DIRECTORIES: "/",
  GIT_PAGER: "cat",
  GIT_EDITOR: "true",
  LC_ALL: "C",
  HOME: "/nonexistent",
};

/**
 * Puts a preamble before a script that makes git dependable in an environment that others configure: the container's GIT_…
 * variables are replaced by ours, and the repository is set explicitly, so that a planted `.git` file or `core.worktree` has no
 * effect. Exits with `noGit` if git is not installed.
 */
export function insideScript(text: string, where: "container" | "helper", { write }: { write?: boolean } = {}): string {
  const exports = Object.entries(variables).map(([name, value]) => `export ${name}=${shellWord(value)}`);
  return [
    `command -v git >/dev/null 2>&1 || exit ${noGit}`,
    `for v in $(env | sed -n 's/^\\(GIT_[A-Za-z0-9_]*\\)=.*/\\1/p'); do unset "$v"; done`,
    "unset XDG_CONFIG_HOME",
    ...exports,
    `export COWORK_WHERE=${where}`,
    // What a script writes that works as root is read by others that run as the session's user.
    `umask ${write === true ? "022" : "077"}`,
    `if [ -L .git ] || [ ! -d .git ]; then echo "the clone's .git is not a folder" >&2; exit ${notARepository}; fi`,
    // A commondir file makes git read another repository, whatever the variables are.
    `if [ -e .git/commondir ]; then echo "the clone's .git leads to another repository" >&2; exit ${notARepository}; fi`,
    // A pipe instead of a file would make git wait forever.
    "for f in HEAD config index packed-refs shallow info/exclude objects/info/alternates; do",
    `  if [ -e ".git/$f" ] && [ ! -f ".git/$f" ]; then echo "the clone's .git/$f is not a regular file" >&2; exit ${notARepository}; fi`,
    "done",
    'export GIT_DIR="$PWD/.git" GIT_COMMON_DIR="$PWD/.git" GIT_WORK_TREE="$PWD"',
    text,
  ].join("\n");
}
