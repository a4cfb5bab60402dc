/** What the other machine has to say before anything can run there. */
export interface Need {
  program: boolean;
  node: boolean;
  system: string;
  machine: string;
  /** `musl` where the C library is that one, else empty */
  libc: string;
}

export interface BootstrapPlan {
  /** tells one program from another: its folder's name over there */
  hash: string;
  /** what the answer's first line begins with: a login shell may have written something before */
  mark: string;
  /** words after `__host` */
  mode: readonly string[];
}

// One line, no single quotes: any login shell hands it to sh as it is. What is missing is said and taken in step with the other
// side, which waits for each answer, since a `head` may read further than it was told to. Every file gets its name by a rename.
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
  // What a full disk is called must not depend on the language over there.
  "o=$LC_ALL LC_ALL=C",
  "export LC_ALL",
  "umask 077",
  "while read -r q z s; do case $q in " +
    'program) put "$p" "$z" "$s" 700 && echo "$m ok" || echo "$m failed";; ' +
    'node) put "$n" "$z" "$s" 700 && echo "$m ok" || echo "$m failed";; ' +
    'run) LC_ALL=$o; run "$@";; esac; done',
].join("; ");

/** The command line that makes the host's part run, or says what it lacks. */
export function bootstrapCommand({ hash, mark, mode }: BootstrapPlan): string {
  const words = [mark, hash, ...mode];
  for (const word of words)
    if (!/^[A-Za-z0-9+/=._-]+$/.test(word)) throw new Error(`a word that would need quotes: ${word}`);
  return `exec /bin/sh -c '${script}' cowork ${words.join(" ")}`;
}

/** @param line the rest of a `need` line */
export function parseNeed(line: string): Need | undefined {
  const found = /^(program)?(\+node)? ([A-Za-z0-9]+) ([A-Za-z0-9_]+)(?: (musl))?$/.exec(line);
  if (found === null) return undefined;
  const [, program, node, system = "", machine = "", libc = ""] = found;
  return { program: program !== undefined, node: node !== undefined, system, machine, libc };
}
