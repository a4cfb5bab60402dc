# shellcheck shell=bash
# What the install script says and asks, and how it becomes root. Sourced by install.sh.

say() { printf '%s\n' "$*"; }
step() { printf '==> %s\n' "$*"; }
warn() { printf 'note: %s\n' "$*" >&2; }

# die MESSAGE [EXIT CODE]
die() {
  printf 'install.sh: %s\n' "$1" >&2
  exit "${2:-1}"
}

# A person is there to answer, sudo's question for a password included.
is_interactive() { [[ -n "$interactive" ]]; }
if [[ -t 0 && -t 1 ]]; then interactive=yes; else interactive=''; fi

has() { command -v "$1" >/dev/null 2>&1; }

# Shows the plan and gets a yes for it: from --yes, from CI=true, or from the person at the terminal.
agree_to_changes() {
  if [[ ${#changes[@]} -eq 0 ]]; then return; fi
  say "This will be changed:"
  printf '  - %s\n' "${changes[@]}"
  if [[ -n "$assume_yes" ]]; then return; fi
  if ! is_interactive; then
    die "nothing was changed: there is no terminal to ask on. Run it again with --yes to agree." 2
  fi
  local answer=''
  read -r -p "Go on? [Y/n] " answer || die "nothing was changed" 130
  case "$answer" in
    '' | [yY] | [yY][eE][sS]) ;;
    *) die "nothing was changed" 1 ;;
  esac
}

# Runs a command as root: as it is, or through sudo.
as_root() {
  if [[ "$(id -u)" -eq 0 ]]; then
    "$@"
  elif has sudo; then
    if is_interactive; then sudo "$@"; else sudo -n "$@"; fi
  else
    die "this needs root and there is no sudo. As root, run: $*"
  fi
}

# The proxy variables that are set, as NAME=value words: sudo drops them.
proxy_words() {
  local name
  for name in http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY; do
    if [[ -n "${!name:-}" ]]; then printf '%s=%s\n' "$name" "${!name}"; fi
  done
}
