// Programs of `cp` in a session, for POSIX sh and the tar of GNU, busybox or BSD. They run as the session's user, in the workspace
// folder. What they print and return is not believed: it only chooses the words of a message.

/** Exit codes. */
export const refusal = {
  missing: 60,
  unreadable: 61,
  notCopied: 62,
  noTar: 63,
  noFolder: 64,
  readOnly: 65,
  otherKind: 66,
  inTheWay: 67,
  unsized: 68,
} as const;

const start = `command -v tar >/dev/null 2>&1 || exit ${refusal.noTar}
case $1 in /*) p=$1 ;; *) p=./$1 ;; esac`;

/** $1: a path. Writes a tar stream of it: one file, or a folder's content below `.`. A link is followed, those in a folder are not. */
export const outScript = `${start}
if [ ! -e "$p" ]; then exit ${refusal.missing}; fi
if [ -d "$p" ]; then
  cd "$p" 2>/dev/null && [ -r . ] || exit ${refusal.unreadable}
  exec tar -cf - .
fi
[ -f "$p" ] || exit ${refusal.notCopied}
[ -r "$p" ] || exit ${refusal.unreadable}
# As in /proc: tar would take it for empty.
if [ ! -s "$p" ] && [ "$(head -c 1 "$p" 2>/dev/null | wc -c)" -gt 0 ]; then exit ${refusal.unsized}; fi
cd "\${p%/*}/" || exit ${refusal.unreadable}
exec tar -chf - "./\${p##*/}"
`;

/**
 * $1: a path; $2: the name that the copy gets if that is a folder, or nothing; $3: not empty to replace files; $4: a random word. Reads a tar stream with
 * one entry `x`, a file or a folder. It is unpacked beside its place and moved there when it is complete. Prints the paths of files
 * that are in the way, as errors.
 */
export const inScript = `${start}
if [ -d "$p" ]; then
  [ -z "$2" ] || p=\${p%/}/$2
else
  case $p in */) exit ${refusal.noFolder} ;; esac
fi
p=\${p%/}
folder=\${p%/*}
[ -n "$folder" ] || folder=/
folder=$(cd "$folder" 2>/dev/null && pwd) || exit ${refusal.noFolder}
p=\${folder%/}/\${p##*/}
[ -w "$folder" ] || exit ${refusal.readOnly}
dir=\${folder%/}/.cowork-cp.$4
trap 'cd /; rm -rf "$dir"' EXIT
trap 'exit 143' TERM INT HUP
mkdir -m 700 "$dir" || exit ${refusal.readOnly}
tar -xof - -C "$dir" || exit
[ -e "$dir/x" ] || exit 1
taken() { printf '%s\\n' "$p" >&2; exit "$1"; }
is_there() { [ -e "$1" ] || [ -L "$1" ]; }
if [ ! -d "$dir/x" ]; then
  [ ! -d "$p" ] || taken ${refusal.otherKind}
  if [ -z "$3" ] && is_there "$p"; then taken ${refusal.inTheWay}; fi
  mv -f "$dir/x" "$p"
  exit
fi
if ! is_there "$p"; then mv "$dir/x" "$p"; exit; fi
[ -d "$p" ] || taken ${refusal.otherKind}
[ -w "$p" ] || exit ${refusal.readOnly}
export P="$p" F="$3"
cd "$dir/x" || exit
taken=$(find . -exec sh -c 'for f; do
  if [ -d "$f" ] && [ ! -L "$f" ]; then [ ! -e "$P/$f" ] && [ ! -L "$P/$f" ] || [ -d "$P/$f" ] || printf "%s\\n" "$P/\${f#./}"
  elif [ -d "$P/$f" ] && [ ! -L "$P/$f" ]; then printf "%s\\n" "$P/\${f#./}"
  elif [ -z "$F" ]; then [ ! -e "$P/$f" ] && [ ! -L "$P/$f" ] || printf "%s\\n" "$P/\${f#./}"
  fi
done' sh {} + | head -n 20)
if [ -n "$taken" ]; then printf '%s\\n' "$taken" >&2; exit ${refusal.inTheWay}; fi
find . -type d -exec sh -c 'for f; do [ -d "$P/$f" ] || mkdir "$P/$f" || exit 1; done' sh {} + || exit
find . ! -type d -exec sh -c 'for f; do mv -f "$f" "$P/$f" || exit 1; done' sh {} +
`;
