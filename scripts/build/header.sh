#!/bin/sh
":" /* This file is both sh and JavaScript: sh runs these lines up to exec, and for node they are a comment.
h=${COWORK_HOME:-${HOME:+$HOME/.cowork}}
s=$0
if [ -L "$s" ] || [ "${s#/}" = "$s" ]; then s=$(readlink -f "$s" 2>/dev/null) || s=$0; fi
n=${s%/bin/cowork}
[ "$n" = "$s" ] || n=$n/lib/cowork/node/bin/node
[ "$n" != "$s" ] && [ -x "$n" ] || n=${h:+$h/lib/node/bin/node}
if [ ! -x "$n" ]; then
  n=$(command -v node 2>&1) || n=
  v=$([ -z "$n" ] || "$n" --version 2>/dev/null)
  a=${v#v} b=${v#v*.}
  a=${a%%.*} b=${b%%.*}
  case $v in v[0-9]*.[0-9]*.[0-9]*) ;; *) a=0 b=0 ;; esac
  case $a$b in *[!0-9]*) a=0 b=0 ;; esac
  if [ "$a" -lt 22 ] || { [ "$a" -eq 22 ] && [ "$b" -lt 18 ]; }; then
    if [ -z "$n" ]; then w='node is not on the PATH'; else w="$n is ${v:-of unknown version}"; fi
    {
      echo "cowork: needs Node.js 22.18 or newer, but $w."
      echo "  Next: install it from https://nodejs.org, or run cowork's install.sh, which installs Node for cowork."
    } >&2
    exit 1
  fi
fi
m=$h/lib/cowork/PROGRAM/main.cjs
[ -z "$h" ] || [ ! -f "$m" ] || exec "$n" "$m" "$0" "$@"
exec "$n" --input-type=commonjs -e 'require(require("path").resolve(process.argv[1]))' -- "$0" "$@"
*/
