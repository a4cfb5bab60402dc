#!/usr/bin/env bash
# Prepares a machine for cowork and installs cowork. Can be run again: what is already installed is used, not replaced.
# Its parts are in scripts/install/.
set -euo pipefail
# dockerd, debootstrap and iptables are in sbin, which is often not on an ordinary user's PATH.
caller_path="$PATH"
PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"
tree="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
HOME="${HOME:-$(getent passwd "$(id -u)" | cut -d: -f6)}"
cowork_home="${COWORK_HOME:-$HOME/.cowork}"
export HOME
# shellcheck source=scripts/install/say.sh
. "$tree/scripts/install/say.sh"
# shellcheck source=scripts/install/packages.sh
. "$tree/scripts/install/packages.sh"
# shellcheck source=scripts/install/node.sh
. "$tree/scripts/install/node.sh"
# shellcheck source=scripts/install/engine.sh
. "$tree/scripts/install/engine.sh"
# shellcheck source=scripts/install/place.sh
. "$tree/scripts/install/place.sh"
# shellcheck source=scripts/install/demo.sh
. "$tree/scripts/install/demo.sh"
# shellcheck source=scripts/install/suite.sh
. "$tree/scripts/install/suite.sh"

usage() {
  cat <<'END'
Usage: ./install.sh [--demo | --test | --uninstall] [options]

  ./install.sh --demo    Set up a bare Debian or Ubuntu, install cowork, and create a sample project with three sessions
  ./install.sh --test    Set up a bare Debian or Ubuntu, and run the whole test suite
  ./install.sh           Install cowork, with everything that it needs, to /usr/local/bin (root) or ~/.local/bin

Options:
  --prefix DIR    Install to DIR/bin/cowork instead
  --no-docker     Do not install or start the Docker Engine
  --uninstall     Remove what this script and cowork setup installed; sessions, logins and system packages are kept
  --engine-only   Only make sure that a Docker Engine answers
  -y, --yes       Change the system without asking (also with CI=true)
  -h, --help      Show this help

Environment: COWORK_HOME (default ~/.cowork), COWORK_DEMO (the sample project's folder, default ~/cowork-demo),
COWORK_NODE_MIRROR (default https://nodejs.org/dist).
END
}

parse_options() {
  mode=install prefix='' with_docker=yes assume_yes="${CI:-}"
  while [[ $# -gt 0 ]]; do
    case "$1" in
      --demo | --test | --uninstall | --engine-only) choose_mode "${1#--}" ;;
      --prefix) [[ -n "${2:-}" ]] || bad_usage "--prefix needs a folder"; prefix="$2"; shift ;;
      --prefix=?*) prefix="${1#--prefix=}" ;;
      --no-docker) with_docker=no ;;
      -y | --yes) assume_yes=true ;;
      -h | --help) usage; exit 0 ;;
      *) bad_usage "unknown option: $1" ;;
    esac
    shift
  done
  if [[ "$mode" == engine-only && "$with_docker" == no ]]; then bad_usage "--engine-only and --no-docker cannot be combined"; fi
  [[ "$assume_yes" == true ]] || assume_yes=''
  if [[ -z "$prefix" ]]; then prefix="$(default_prefix)"; fi
  [[ "$prefix" == /* ]] || prefix="$PWD/$prefix"
  choose_node_place
}

choose_mode() {
  if [[ "$mode" != install && "$mode" != "$1" ]]; then bad_usage "--$mode and --$1 cannot be combined"; fi
  mode="$1"
}

bad_usage() {
  printf 'install.sh: %s\nTry: ./install.sh --help\n' "$1" >&2
  exit 2
}

# Collects what will be changed in `changes`, one line each. Changes nothing itself.
plan_changes() {
  changes=() installed=()
  if [[ "$mode" != engine-only ]]; then plan_node; fi
  plan_packages
  if [[ "$with_docker" == yes ]]; then plan_engine; fi
  if [[ "$mode" == install || "$mode" == demo ]]; then plan_install; fi
}

main() {
  parse_options "$@"
  if [[ "$mode" == uninstall ]]; then uninstall_cowork; return; fi
  if [[ -n "${SUDO_USER:-}" && "$SUDO_USER" != root && "$mode" != engine-only ]]; then
    warn "run through sudo: this installs cowork for root. To install it for $SUDO_USER, run it without sudo; it asks for sudo when needed"
  fi
  plan_changes
  agree_to_changes
  if [[ "$mode" == engine-only ]]; then ensure_packages; ensure_engine; return; fi
  ensure_packages
  ensure_node
  if [[ "$with_docker" == yes ]]; then ensure_engine; fi
  case "$mode" in
    test) run_suite ;;
    demo) install_cowork; run_demo ;;
    install) install_cowork; say_next ;;
  esac
}

main "$@"
