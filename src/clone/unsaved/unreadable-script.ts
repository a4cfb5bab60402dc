/** Folders of installed or generated files: files in them are not precious, whatever their names. */
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
 * Shell functions that list what the current user cannot read: git skips a folder that it cannot open, and reports no refs in it.
 * Each line is `own` or `other` (the owner), a space, the absolute path, NUL.
 *
 * - `blocked_folders DIR`: folders below that cannot be listed or entered. Not those below generated folders: if git ignores
 *   them, nothing in them counts, and if not, `git status` reports them.
 * - `blocked_work`: files of the working tree that git would commit and that cannot be read.
 * - `blocked_files DIR`: git's own files below that cannot be read. Objects are left out: git fails without one that matters.
 */
export const unreadableFunctions = String.raw`
whose='if [ -O "$each" ]; then printf "own %s\0" "$each"; else printf "other %s\0" "$each"; fi'
# A file that disappeared meanwhile, or is in a folder listed already, does not make the search fail.
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
