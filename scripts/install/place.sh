# shellcheck shell=bash
# Builds, installs and uninstalls cowork. Sourced by install.sh.

default_prefix() { if [[ "$(id -u)" -eq 0 ]]; then echo /usr/local; else echo "$HOME/.local"; fi; }

# What was installed, one absolute path per line; folders that were created for it end in a slash. --uninstall removes these and
# nothing else.
manifest() { printf '%s\n' "$prefix/lib/cowork/manifest"; }

# True if the built file exists and none of its sources is newer.
is_built() {
  [[ -f "$tree/dist/cowork" ]] || return 1
  local sources=() name
  for name in src templates scripts/build scripts/build.ts package-lock.json; do
    if [[ -e "$tree/$name" ]]; then sources+=("$tree/$name"); fi
  done
  [[ ${#sources[@]} -eq 0 || -z "$(find "${sources[@]}" -newer "$tree/dist/cowork" -print -quit)" ]]
}

build_cowork() {
  if is_built; then return; fi
  step "Building cowork"
  if [[ "$tree/node_modules/.package-lock.json" -ot "$tree/package-lock.json" ]]; then fetch_dependencies; fi
  (cd "$tree" && quietly "npm run build" npm run build)
}

fetch_dependencies() {
  (cd "$tree" && quietly "npm ci" npm ci --no-audit --no-fund)
}

install_cowork() {
  build_cowork
  step "Installing $prefix/bin/cowork"
  put "$tree/dist/cowork" "$prefix/bin/cowork" 755
  install_completion
  make_folder "$prefix/lib/cowork"
  # Includes what an earlier run recorded and what this run found there.
  if [[ -f "$(manifest)" ]]; then mapfile -t -O "${#installed[@]}" installed <"$(manifest)"; fi
  printf '%s\n' "${installed[@]}" | awk '!seen[$0]++' >"$(manifest).new"
  mv -f "$(manifest).new" "$(manifest)"
}

# put FILE TARGET MODE: replaces it in one step, so that a running cowork keeps its file.
put() {
  local folder
  folder="$(dirname "$2")"
  make_folder "$folder"
  if [[ ! -w "$folder" ]]; then die_unwritable "$folder"; fi
  install -m "$3" "$1" "$2.new$$"
  mv -f "$2.new$$" "$2"
  installed+=("$2")
}

die_unwritable() { die "cannot write to $1. Choose another folder with --prefix DIR."; }

# Creates a folder and records it, with all parents that were missing, the innermost first.
make_folder() {
  if [[ -d "$1" ]]; then return; fi
  installed+=("$1/")
  make_folder "$(dirname "$1")"
  mkdir "$1" 2>/dev/null || true
}

# The user's shell, and the file where it looks for completion under this prefix: empty for other shells.
find_completion() {
  completion_shell="$(basename "${SHELL:-bash}")"
  case "$completion_shell" in
    bash) completion_file="$prefix/share/bash-completion/completions/cowork" ;;
    zsh) completion_file="$prefix/share/zsh/site-functions/_cowork" ;;
    fish) completion_file="$prefix/share/fish/vendor_completions.d/cowork.fish" ;;
    *) completion_file='' ;;
  esac
}

plan_install() {
  changes+=("install cowork as $prefix/bin/cowork")
  find_completion
  if [[ -n "$completion_file" ]]; then changes+=("install completion for $completion_shell as $completion_file"); fi
}

install_completion() {
  local shell target script
  find_completion
  shell="$completion_shell" target="$completion_file"
  if [[ -z "$target" ]]; then return; fi
  script="$(mktemp)"
  if "$prefix/bin/cowork" completion "$shell" >"$script" 2>/dev/null; then
    put "$script" "$target" 644
    if [[ "$shell" == zsh && "$prefix" != /usr/local && "$prefix" != /usr ]]; then
      warn "for completion, add this to ~/.zshrc before compinit: fpath+=($prefix/share/zsh/site-functions)"
    fi
  else
    warn "cowork completion $shell printed no script; completion was not installed"
  fi
  rm -f "$script"
}

# The command to type for cowork: its path if it is not on the PATH.
cowork_word() {
  if [[ ":$caller_path:" == *":$prefix/bin:"* ]]; then echo cowork; else echo "$prefix/bin/cowork"; fi
}

say_path() {
  if [[ "$(cowork_word)" != cowork ]]; then
    warn "$prefix/bin is not on your PATH. Add it: export PATH=\"$prefix/bin:\$PATH\""
  fi
}

say_next() {
  say_path
  say ""
  say "cowork is installed."
  offer_login
  say "Next, in any git repository:"
  say "  $(cowork_word) init my-task       create a clone in a dev container"
  say "  $(cowork_word) connect my-task    open a shell in it"
}

# The agent's login is the last step. With a terminal the user is asked, else the command is shown. If it fails, the installation is
# still complete.
offer_login() {
  local answer=n
  if "$prefix/bin/cowork" --host local auth status >/dev/null 2>&1; then return; fi
  if [[ -z "$assume_yes" && "$with_docker" == yes ]] && is_interactive; then
    read -r -p "Log the agent in now, once for all sessions on this machine? [Y/n] " answer || answer=n
    case "$answer" in
      '' | [yY] | [yY][eE][sS])
        if with_docker "$prefix/bin/cowork" --host local auth login; then return; fi
        warn "the login did not succeed; the installation is complete without it"
        ;;
    esac
  fi
  say "Log the agent in, once for all sessions on this machine:"
  say "  $(cowork_word) auth login"
}

uninstall_cowork() {
  local list path sessions
  list="$(manifest)"
  if [[ ! -f "$list" ]]; then say "Nothing to uninstall: $list does not exist."; return; fi
  mapfile -t installed <"$list"
  changes=("remove what cowork setup added to your shells")
  for path in "${installed[@]}"; do
    if is_ours "$path"; then changes+=("remove $path"); elif ! is_folder_of_ours "$path"; then warn "not removed: $path"; fi
  done
  agree_to_changes
  undo_setup
  for path in "${installed[@]}"; do
    if is_ours "$path"; then rm -rf -- "${path%/}"; fi
  done
  rm -f "$list"
  # A parent comes after its child in the list, but a later run may have added paths to it: two passes are enough for all.
  for path in "${installed[@]}" "${installed[@]}"; do
    if is_folder_of_ours "$path"; then rmdir "$path" 2>/dev/null || true; fi
  done
  say "cowork was uninstalled. System packages are kept."
  if [[ ! -d "$cowork_home/sessions" ]]; then return; fi
  sessions="$(find "$cowork_home/sessions" -mindepth 1 -maxdepth 1 ! -name '.*' | wc -l)"
  if [[ "$sessions" -gt 0 ]]; then say "Your $sessions session(s) are kept in $cowork_home/sessions, with their containers."; fi
}

# While cowork is still there. A cowork that does not run any more must not keep the rest from being removed.
undo_setup() {
  local said
  if [[ ! -x "$prefix/bin/cowork" ]]; then return; fi
  said="$("$prefix/bin/cowork" setup --undo 2>&1)" || warn "cowork setup --undo failed, remove its lines from your shell's start-up file yourself: $said"
}

# The manifest is a plain file that anyone may have edited: only paths that this script could have written are accepted.
is_ours() {
  case "$1" in
    *..*) return 1 ;;
    "$prefix/bin/cowork" | "$prefix"/share/*/cowork | "$prefix"/share/*/_cowork | "$prefix"/share/*/cowork.fish) return 0 ;;
    # The second is the path of earlier versions.
    "$private_node/" | "$home_node/") return 0 ;;
    *) return 1 ;;
  esac
}

# Removed only if empty.
is_folder_of_ours() { [[ "$1" == "$prefix"/*/ || "$1" == "$prefix/" || ("$1" == */ && "$prefix/" == "$1"*) ]]; }
