/**
 * Shell functions that find commits that only a reflog or ORIG_HEAD refers to. Sections: `abandoned` (each commit with its parents),
 * `subjects`, `leaving` (what git did when a branch or HEAD moved away from one of them: id and action), and for each that was not
 * simply rewritten `held <id>` (its changes, compared with where it branches off from what stays) and `since <id>` (what HEAD has
 * changed since there); `kept`: ids of blobs of these that stay.
 * Needs `$T/revisions` as written by `graph`.
 */
export const abandonedFunctions = String.raw`
abandoned() {
  {
    sed 's/^[0-9a-f]/^&/' "$T/revisions"
    git worktree list --porcelain 2>/dev/null | sed -n 's/^HEAD \([0-9a-f]*\)$/\1/p' | git cat-file --batch-check='%(objecttype) ^%(objectname)' | sed -n 's/^commit //p'
  } >"$T/staying"
  { cat "$T/staying"; git rev-parse -q --verify 'ORIG_HEAD^{commit}'; } >"$T/from"
  git rev-list --parents --max-count=5000 --reflog --stdin <"$T/from" >"$T/abandoned"
  c=$?
  cat "$T/abandoned"
  return $c
}
# Of those, the ones that no other of them leads to.
abandoned_tips() {
  cut -s -d' ' -f2- "$T/abandoned" | tr ' ' '\n' >"$T/parents"
  cut -d' ' -f1 "$T/abandoned" | grep -v -x -F -f "$T/parents" >"$T/tips"
  :
}
leaving() {
  [ -d "$GIT_COMMON_DIR/logs" ] || return 0
  { find "$GIT_COMMON_DIR/logs" -type f -exec cat {} +; find "$GIT_COMMON_DIR/worktrees" -path '*/logs/HEAD' -type f -exec cat {} + 2>/dev/null; } |
    grep -F -f "$T/tips" | sed -n 's/^\([0-9a-f]*\) [0-9a-f]* [^	]*	\([^:]*\).*/\1 \2/p' | sort -u >"$T/leaving"
  cat "$T/leaving"
}
rewritten() { grep "^$1 " "$T/leaving" | cut -d' ' -f2- | grep -q -e '^commit (amend)' -e '^rebase' -e '^pull.*rebase'; }
held() {
  git diff-tree -r -z --raw --no-renames --no-abbrev --no-ext-diff "$base" "$1" -- >"$T/held" || return 1
  tr '\0' '\n' <"$T/held" | sed -n 's/^:[0-7]* [0-7]* [0-9a-f]* \([0-9a-f]*\) .*/\1/p' >>"$T/blobs"
  cat "$T/held"
}
since() {
  head=$(git rev-parse -q --verify 'HEAD^{commit}') || return 0
  git diff-tree -r -z --raw --no-renames --no-abbrev --no-ext-diff "$base" "$head" --
}
kept() {
  [ -s "$T/blobs" ] || return 0
  { git rev-list --objects --max-count=50000 --all --stdin <"$T/bases"; [ ! -e "$GIT_DIR/index" ] || git ls-files -s | cut -d' ' -f2; } |
    cut -d' ' -f1 | grep -x -F -f "$T/blobs" | sort -u
  :
}
left_behind() {
  run abandoned abandoned || return 0
  [ -s "$T/abandoned" ] || return 0
  abandoned_tips
  : >"$T/leaving"; : >"$T/blobs"; : >"$T/bases"
  run subjects git log --no-walk=unsorted --stdin --format='%H %s' <"$T/tips"
  run leaving leaving
  head -n 100 "$T/tips" | while IFS= read -r tip; do
    ! rewritten "$tip" || continue
    base=$({ cat "$T/staying"; echo "$tip"; } | git rev-list --boundary --stdin | sed -n 's/^-//p' | head -n 1)
    if [ -n "$base" ]; then echo "^$base" >>"$T/bases"; else base=$(git hash-object -t tree /dev/null); fi
    run "held $tip" held "$tip"
    run "since $tip" since "$tip"
  done
  run kept kept
}
`;
