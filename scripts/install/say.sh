# shellcheck shell=bash
# The install script's messages and questions, and how it becomes root. Sourced by install.sh.

say() { printf '%s\n' "$*"; }
step() { printf '==> %s\n' "$*"; }
warn() { printf 'note: %s\n' "$*" >&2; }

# die MESSAGE [EXIT CODE]
die() {
  printf 'install.sh: %s\n' "$1" >&2
  exit "${2:-1}"
}

# Is there a user at a terminal who can answer, including sudo's password prompt?
is_interactive() { [[ -n "$interactive" ]]; }
if [[ -t 0 && -t 1 ]]; then interactive=yes; else interactive=''; fi

has() { command -v "$1" >/dev/null 2>&1; }

# Shows the plan and asks for confirmation: from --yes, from CI=true, or from the user at the terminal.
agree_to_changes() {
  if [[ ${#changes[@]} -eq 0 ]]; then return; fi
  say "These changes will be made:"
  printf '  - %s\n' "${changes[@]}"
  if [[ -n "$assume_yes" ]]; then return; fi
  if ! is_interactive; then
    die "nothing was changed: no terminal to ask on. Run it again with --yes to confirm." 2
  fi
  local answer=''
  read -r -p "Continue? [Y/n] " answer || die "nothing was changed" 130
  case "$answer" in
    '' | [yY] | [yY][eE][sS]) ;;
    *) die "nothing was changed" 1 ;;
  esac
}

# Runs a command as root: directly, or with sudo.
as_root() {
  if [[ "$(id -u)" -eq 0 ]]; then
    "$@"
  elif has sudo; then
    if is_interactive; then sudo "$@"; else sudo -n "$@"; fi
  else
    die "this needs root, and sudo is not installed. As root, run: $*"
  fi
}

# Prints the proxy variables that are set as NAME=value words, because sudo drops them.
proxy_words() {
  local name
  for name in http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY; do
    if [[ -n "${!name:-}" ]]; then printf '%s=%s\n' "$name" "${!name}"; fi
  done
}
