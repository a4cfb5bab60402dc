# shellcheck shell=bash
# Node for cowork: the system's if it is new enough, else our own next to the installed file. Sourced by install.sh.

node_major=24

# Node belongs to the installation, and every home that is used with it finds it (scripts/build/header.sh looks there, too). The
# tests install nothing, so their Node stays in the home; earlier versions put every Node there.
choose_node_place() {
  home_node="$cowork_home/lib/node"
  if [[ "$mode" == test ]]; then private_node="$home_node"; else private_node="$prefix/lib/cowork/node"; fi
}

is_new_enough() {
  "$1" -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 22 || (a === 22 && b >= 18) ? 0 : 1)' \
    >/dev/null 2>&1
}

# Prints the path of a node that the installed cowork will find, too. A node in a node_modules folder does not count: it is on the
# PATH only for npm's scripts.
find_node() {
  local candidate
  while IFS= read -r candidate; do
    if [[ "$candidate" != */node_modules/* ]] && is_new_enough "$candidate"; then
      printf '%s\n' "$candidate"
      return
    fi
  done < <(all_of node)
  return 1
}

find_npm() {
  local first
  IFS= read -r first < <(all_of npm) && printf '%s\n' "$first"
}

# All programs with that name, our own first.
all_of() {
  if [[ -x "$private_node/bin/$1" ]]; then printf '%s\n' "$private_node/bin/$1"; fi
  type -ap "$1" || true
}

plan_node() {
  node_wanted='' node_needs_curl=''
  if ! find_node >/dev/null; then
    node_wanted=yes
  elif needs_npm && ! find_npm >/dev/null; then
    node_wanted=yes
  fi
  if [[ -z "$node_wanted" ]]; then return; fi
  if is_new_enough "$home_node/bin/node"; then
    changes+=("copy Node from $home_node into $private_node")
  elif find_npm >/dev/null; then
    changes+=("install Node $node_major into $private_node, with npm")
  else
    node_needs_curl=yes
    changes+=("install Node $node_major into $private_node, from ${COWORK_NODE_MIRROR:-nodejs.org} (else by the distribution's npm)")
  fi
}

# npm is needed to build cowork and to run its tests, but not for a built file.
needs_npm() { [[ "$mode" == test ]] || ! is_built; }

# The proxy of a company signs with its own authority. Node and npm trust only their built-in ones, unless configured.
trust_local_authorities() {
  local bundle=/etc/ssl/certs/ca-certificates.crt
  if [[ -z "${NODE_EXTRA_CA_CERTS:-}" && -s "$bundle" && -n "$(ls -A /usr/local/share/ca-certificates 2>/dev/null)" ]]; then
    export NODE_EXTRA_CA_CERTS="$bundle"
  fi
}

ensure_node() {
  trust_local_authorities
  if [[ -n "$node_wanted" ]]; then
    make_folder "$(dirname "$private_node")"
    if [[ ! -w "$(dirname "$private_node")" ]]; then die_unwritable "$(dirname "$private_node")"; fi
    bring_node
  fi
  local node
  node="$(find_node)" || die "Node 22.18 or newer is still missing"
  # First on the PATH, so that npm, the build and cowork itself use it.
  PATH="$(dirname "$node"):$PATH"
  export PATH
}

bring_node() {
  local scratch arch
  if [[ "$private_node" != "$home_node" ]] && is_new_enough "$home_node/bin/node"; then
    step "Copying Node from $home_node into $private_node"
    place_node cp -a "$home_node"
    return
  fi
  step "Installing Node $node_major into $private_node"
  case "$(uname -m)" in
    x86_64) arch=x64 ;;
    aarch64 | arm64) arch=arm64 ;;
    *) die "no Node $node_major is published for $(uname -m). Install Node 22.18 or newer yourself, then run this again." ;;
  esac
  scratch="$(mktemp -d)"
  if find_npm >/dev/null; then
    node_by_npm "$scratch" "$arch" || die "npm could not fetch Node (see above)"
  elif ! node_by_download "$scratch" "$arch"; then
    say "    could not download it from nodejs.org, using the distribution's npm instead"
    apt_update
    apt_install nodejs npm
    node_by_npm "$scratch" "$arch" || die "npm could not fetch Node (see above)"
  fi
  "$scratch/node/bin/node" --version >/dev/null || die "the downloaded Node does not run on this machine"
  place_node mv "$scratch/node"
  rm -rf "$scratch"
}

# place_node mv|cp OPTIONS… FOLDER: completed next to its place, then renamed. Everyone can run what root installs.
place_node() {
  if [[ "$private_node" == "$home_node" ]]; then chmod 700 "$cowork_home"; fi
  "$@" "$private_node.new$$" || die "cannot write to $private_node"
  chmod -R u+w,a+rX "$private_node.new$$"
  rm -rf "$private_node"
  mv "$private_node.new$$" "$private_node"
  installed+=("$private_node/")
}

# Uses the package for this processor: the package `node` only downloads it in an install script. npm checks its integrity.
node_by_npm() {
  local scratch="$1" package="node-linux-$2" npm
  npm="$(find_npm)"
  (cd "$scratch" && quietly "npm install $package" "$npm" install --prefix "$scratch" --ignore-scripts --no-save --no-package-lock --no-audit --no-fund \
    --no-update-notifier --loglevel=error "$package@$node_major") || return 1
  mkdir -p "$scratch/node/bin"
  mv "$scratch/node_modules/$package/bin/node" "$scratch/node/bin/node"
  mv "$scratch/node_modules/$package/LICENSE" "$scratch/node/LICENSE"
}

# The archive from nodejs.org, npm included, verified with the published list of checksums.
node_by_download() {
  local scratch="$1" arch="$2" from="${COWORK_NODE_MIRROR:-https://nodejs.org/dist}/latest-v$node_major.x" archive
  fetch "$from/SHASUMS256.txt" "$scratch/SHASUMS256.txt" || return 1
  archive="$(awk -v want="^node-v${node_major}[.][0-9.]+-linux-${arch}[.]tar[.]gz$" '$2 ~ want { print $2; exit }' "$scratch/SHASUMS256.txt")"
  [[ -n "$archive" ]] || return 1
  fetch "$from/$archive" "$scratch/$archive" || return 1
  (cd "$scratch" && grep -F "  $archive" SHASUMS256.txt | sha256sum --check --strict --status) ||
    die "the checksum of $archive does not match the published one; Node was not installed"
  mkdir -p "$scratch/node"
  tar -xzf "$scratch/$archive" -C "$scratch/node" --strip-components=1 --no-same-owner
}

fetch() { curl -fsSL --connect-timeout 15 --retry 2 -o "$2" "$1" 2>/dev/null; }
