# shellcheck shell=bash
# The distribution's packages. Sourced by install.sh. `wanted` has what is missing by its purpose. The names of the packages are
# known only after the package lists are updated: docker-cli is a separate package only on some releases.

# Fills `wanted`. If an engine answers, no packages for an engine are needed.
find_wanted() {
  wanted=()
  if [[ ! -s /etc/ssl/certs/ca-certificates.crt ]]; then wanted+=(ca-certificates); fi
  if ! has git; then wanted+=(git); fi
  if ! has tmux; then wanted+=(tmux); fi
  # The suite drives the page in a browser.
  if [[ "$mode" == test ]] && ! has chromium; then wanted+=(chromium); fi
  # The suite tries the alias and the completion in the shells that they are for.
  if [[ "$mode" == test ]] && ! has zsh; then wanted+=(zsh); fi
  if [[ "$mode" == test ]] && ! has fish; then wanted+=(fish); fi
  if [[ -n "${node_needs_curl:-}" ]] && ! has curl; then wanted+=(curl); fi
  if [[ "$with_docker" == no ]]; then return; fi
  if ! has docker; then wanted+=(docker-cli); fi
  if ! has dockerd && ! engine_answers; then wanted+=(docker.io); fi
  if ! has iptables && ! engine_answers; then wanted+=(iptables); fi
  if ! has docker-compose && ! docker compose version >/dev/null 2>&1; then wanted+=(docker-compose); fi
  # If no image registry can be reached, cowork makes its base image with it.
  if ! has debootstrap; then wanted+=(debootstrap); fi
  # Ubuntu does not include the keys of Debian's archive, and debootstrap cannot verify anything without them.
  if [[ ! -e /usr/share/keyrings/debian-archive-keyring.gpg ]]; then wanted+=(debian-archive-keyring); fi
}

plan_packages() {
  find_wanted
  if [[ ${#wanted[@]} -eq 0 ]]; then return; fi
  if ! has apt-get; then die "these programs are missing, and apt-get is not available to install them: ${wanted[*]}. Install them, then run this again."; fi
  changes+=("apt-get install ${wanted[*]}")
}

ensure_packages() {
  if [[ ${#wanted[@]} -eq 0 ]]; then return; fi
  step "Installing packages: ${wanted[*]}"
  apt_update
  local packages=() want
  for want in "${wanted[@]}"; do
    case "$want" in
      docker-cli) packages+=("$(first_package docker-cli docker.io)") ;;
      chromium) packages+=("$(first_package chromium chromium-browser)") ;;
      docker-compose) packages+=("$(first_package docker-compose-v2 docker-compose-plugin docker-compose)") ;;
      *) packages+=("$want") ;;
    esac
  done
  apt_install "${packages[@]}"
}

# Prints the first of these names that is in the package lists. Compose and the client have different names in each release.
first_package() {
  local name
  for name in "$@"; do
    # No grep -q: it stops reading, and under pipefail the broken pipe would count as "not found".
    if LC_ALL=C apt-cache policy "$name" 2>/dev/null | grep -E 'Candidate: [^(]' >/dev/null; then
      printf '%s\n' "$name"
      return
    fi
  done
  die "the package lists have none of: $*. Enable the distribution's main section (universe on Ubuntu), then run this again."
}

apt_get() {
  local proxies
  mapfile -t proxies < <(proxy_words)
  as_root env DEBIAN_FRONTEND=noninteractive ${proxies[@]+"${proxies[@]}"} \
    apt-get -q -y -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 "$@"
}

# A list that cannot be downloaded is an error here; by default apt-get would only warn and use the old one.
apt_update() { quietly "apt-get update" apt_get -o APT::Update::Error-Mode=any update; }

apt_install() { quietly "apt-get install $*" apt_get install --no-install-recommends "$@"; }

# quietly WHAT COMMAND…: shows the command's output only if it fails.
quietly() {
  local what="$1" output
  shift
  output="$(mktemp)"
  if "$@" >"$output" 2>&1 </dev/null; then
    rm -f "$output"
    return
  fi
  tail -n 25 "$output" >&2
  rm -f "$output"
  die "$what failed (see the end of its output above)"
}
