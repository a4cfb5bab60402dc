/**
 * Shell functions that read a whole working tree into a copy of the index, `$I`; `$T` is a temporary folder.
 * Names go through as lines, line ends in them as \001: the shell knows no NUL.
 */
export const indexFunctions = String.raw`
lines() { tr '\n\000' '\001\n'; }
unlines() { tr '\n\001' '\000\n'; }
# With its time stamp: by that git knows which files may have changed just when the index was written, and reads them.
copy_index() { if [ -f "$GIT_DIR/index" ]; then cat "$GIT_DIR/index" >"$I" && touch -r "$GIT_DIR/index" "$I"; else rm -f "$I"; fi; }
# Includes files marked assume-unchanged or skip-worktree, but not those that a sparse checkout leaves out.
unhide() {
  [ -e "$I" ] || return 0
  GIT_INDEX_FILE=$I git ls-files -v -z | lines | grep '^[a-z]' | cut -c3- | unlines >"$T/hidden"
  [ ! -s "$T/hidden" ] || GIT_INDEX_FILE=$I git update-index -z --no-assume-unchanged --stdin <"$T/hidden" || return 1
  GIT_INDEX_FILE=$I git ls-files -v -z | lines | grep '^S' | cut -c3- | while IFS= read -r line; do
    path=$(printf '%s' "$line" | tr '\001' '\n')
    if [ -e "$path" ] || [ -L "$path" ]; then printf '%s\0' "$path"; fi
  done >"$T/hidden"
  [ ! -s "$T/hidden" ] || GIT_INDEX_FILE=$I git update-index -z --no-skip-worktree --stdin <"$T/hidden"
}
# Other repositories in the working tree, as lines: git would store their commit id and none of their content.
nested() { GIT_INDEX_FILE=$I git ls-files -z --others --exclude-standard | lines | grep '/$' | sed 's|/$||'; }
# Needs GIT_OBJECT_DIRECTORY elsewhere: big files are stored uncompressed, for speed. Objects that git-lfs makes from
# files go to $LFS.
add_all() {
  { printf '.\0'; nested | sed 's|^|:(exclude,literal)|' | unlines; } >"$T/specs"
  GIT_INDEX_FILE=$I git -c lfs.storage="$LFS" -c core.compression=0 -c core.bigFileThreshold=1m add -A --pathspec-from-file="$T/specs" --pathspec-file-nul
}
`;
