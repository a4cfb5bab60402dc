/** Folders of installed or generated things: files in them are not precious, whatever they are called. */
export const generated = [
  "node_modules",
  ".venv",
  "venv",
  "site-packages",
  "__pycache__",
  ".tox",
  ".cache",
  "target",
  "vendor",
];

const names = generated.map((name) => `-name '${name}'`).join(" -o ");

/**
 * Shell functions that name what the user who asks cannot read: git passes over a folder that it cannot open, and says of refs in
 * it that there are none. Each is `own` or `other` (whose it is), a space, the absolute path, NUL.
 *
 * - `blocked_folders DIR`: folders below that cannot be listed or entered. Not those below generated things: nothing in there
 *   counts where git ignores it, and where git does not, `git status` says so.
 * - `blocked_work`: files of the working tree that git would put into a commit and that cannot be read.
 * - `blocked_files DIR`: files of git's own below that cannot be read. Objects are left out: without one that matters git fails.
 */
export const unreadableFunctions = String.raw`
whose='if [ -O "$each" ]; then printf "own %s\0" "$each"; else printf "other %s\0" "$each"; fi'
# What is gone meanwhile, or is named already as a folder that cannot be listed, is no failure of the search itself.
real_failures() { grep -v -e 'Permission denied$' -e 'No such file or directory$' "$T/find" >&2 && return 1; return 0; }
blocked_folders() {
  find "$1" \( -type d \( ${names} \) -prune \) -o -type d -exec sh -c '
    for each; do
      [ -d "$each" ] || continue
      if [ -r "$each" ] && [ -x "$each" ]; then continue; fi
      '"$whose"'
    done' sh {} + 2>"$T/find"
  real_failures
}
blocked_files() {
  find "$1" -type d -name objects -prune -o -type f -exec sh -c '
    for each; do
      if [ ! -f "$each" ] || [ -r "$each" ]; then continue; fi
      '"$whose"'
    done' sh {} + 2>"$T/find"
  real_failures
}
blocked_work() {
  git ls-files -z --others --modified --exclude-standard 2>/dev/null | tr '\n\000' '\001\n' | while IFS= read -r line; do
    path=$(printf '%s' "$line" | tr '\001' '\n')
    each=$PWD/$path
    if [ -L "$each" ] || [ ! -f "$each" ] || [ -r "$each" ]; then continue; fi
    eval "$whose"
  done
}
blocked() { blocked_folders "$1" && blocked_files "$2"; }
`;
