/** What a host lacks, and what kind of machine it is. */
export interface Need {
  program: boolean;
  node: boolean;
  system: string;
  machine: string;
  /** `musl` if that is the C library, else empty */
  libc: string;
}

export interface BootstrapPlan {
  /** hash of the program, and the name of its folder on the host */
  hash: string;
  /** prefix of cowork's own lines: a login shell may print other text before */
  mark: string;
  /** words after `__host` */
  mode: readonly string[];
}

// One line without single quotes, so that any login shell passes it to sh unchanged. Files are sent one by one, and the client
// waits for each answer, because `head` may read more than it needs. Every file is renamed into place.
const script = [
  "h=${COWORK_HOME:-$HOME/.cowork}",
  "PATH=$PATH:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/snap/bin",
  "export PATH",
  "m=$1 k=$2",
  "shift 2",
  "p=$h/lib/remote/$k/cowork n=$h/lib/node/bin/node",
  'fit() { [ -x "$n" ] || { v=$(node --version 2>/dev/null) && a=${v#v} b=${v#v*.} && a=${a%%.*} b=${b%%.*} && { [ "$a" -gt 22 ] || { [ "$a" -eq 22 ] && [ "$b" -ge 18 ]; }; }; }; }',
  'run() { echo "$m run"; exec /bin/sh "$p" __host "$@"; }',
  '[ ! -f "$p" ] || ! fit || run "$@"',
  "c=",
  "for f in /lib/ld-musl-*; do [ ! -e $f ] || c=musl; done",
  'w=; [ -f "$p" ] || w=program',
  'fit || w="$w+node"',
  'echo "$m need $w $(uname -s) $(uname -m) $c"',
  'sum() { { sha256sum "$1" || shasum -a 256 "$1" || openssl dgst -r -sha256 "$1"; } 2>/dev/null | { read -r s _ && echo "$s"; }; }',
  'put() { d=${1%/*}; mkdir -p "$d" && chmod 700 "$h" && t=$d/.in.$$ && echo "$m go" && head -c "$2" | gzip -dc > "$t" && [ "$(sum "$t")" = "$3" ] && chmod "$4" "$t" && mv -f "$t" "$1"; r=$?; [ $r = 0 ] || rm -f "$t"; return $r; }',
  // The message of a full disk must not depend on the host's language.
  "o=$LC_ALL LC_ALL=C",
  "export LC_ALL",
  "umask 077",
  "while read -r q z s; do case $q in " +
    'program) put "$p" "$z" "$s" 700 && echo "$m ok" || echo "$m failed";; ' +
    'node) put "$n" "$z" "$s" 700 && echo "$m ok" || echo "$m failed";; ' +
    'run) LC_ALL=$o; run "$@";; esac; done',
].join("; ");

/** The command line that starts the server, or reports what the host lacks. */
export function bootstrapCommand({ hash, mark, mode }: BootstrapPlan): string {
  const words = [mark, hash, ...mode];
  for (const word of words) if (!/^[A-Za-z0-9+/=._-]+$/.test(word)) throw new Error(`Word needs quotes: ${word}`);
  return `exec /bin/sh -c '${script}' cowork ${words.join(" ")}`;
}

/** @param line the rest of a `need` line */
export function parseNeed(line: string): Need | undefined {
  const found = /^(program)?(\+node)? ([A-Za-z0-9]+) ([A-Za-z0-9_]+)(?: (musl))?$/.exec(line);
  if (found === null) return undefined;
  const [, program, node, system = "", machine = "", libc = ""] = found;
  return { program: program !== undefined, node: node !== undefined, system, machine, libc };
}
