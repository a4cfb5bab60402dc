import { shellWord } from "../../system/shell-word.ts";
import type { GitInside } from "../types.ts";

/** Git for a checked-out submodule at this path: scripts start there, and the git variables refer to it. */
export function submoduleInside(inside: GitInside, path: string): GitInside {
  const enter = String.raw`
cd ${shellWord(`./${path}`)} || exit 96
unset GIT_DIR GIT_COMMON_DIR GIT_WORK_TREE
GIT_DIR=$(GIT_CEILING_DIRECTORIES=$(dirname "$PWD") git rev-parse --absolute-git-dir) || exit 96
export GIT_DIR GIT_COMMON_DIR="$GIT_DIR" GIT_WORK_TREE="$PWD"
`;
  return {
    script: (text, options) => inside.script(enter + text, options),
    save: (text, file, options) => inside.save(enter + text, file, options),
  };
}
