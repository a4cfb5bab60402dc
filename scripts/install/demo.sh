# shellcheck shell=bash
# The demonstration: a sample project with three sessions, and a command in each. Sourced by install.sh.

demo_sessions=(api web docs)

run_demo() {
  local cowork="$prefix/bin/cowork" session
  demo="${COWORK_DEMO:-$HOME/cowork-demo}"
  step "Creating a sample project in $demo"
  make_sample_project
  cd "$demo" || die "cannot change to $demo"
  show "cowork init ${demo_sessions[*]}"
  # A user who agreed to this script's changes has also agreed to the base image that it may have to make with sudo.
  if [[ -n "$assume_yes" ]]; then export COWORK_YES=true; fi
  with_docker "$cowork" init "${demo_sessions[@]}"
  show "cowork list"
  with_docker "$cowork" list
  for session in "${demo_sessions[@]}"; do
    show "cowork connect $session -- ./hello.sh"
    with_docker "$cowork" connect "$session" -- ./hello.sh </dev/null
  done
  say_demo_end
}

show() { printf '\n$ %s\n' "$1"; }

make_sample_project() {
  if [[ -d "$demo/.git" ]]; then say "    it already exists"; return; fi
  if [[ -d "$demo" && -n "$(ls -A "$demo")" ]]; then die "$demo exists and is not a git repository. Move it away, or set COWORK_DEMO to another folder."; fi
  mkdir -p "$demo"
  printf '# cowork demo\n\nA sample project to try cowork with.\n' >"$demo/README.md"
  cat >"$demo/hello.sh" <<'END'
#!/bin/sh
# Prints where it runs.
echo "hello from $(hostname): $(id -un) in $(pwd), on branch $(git branch --show-current)"
END
  chmod +x "$demo/hello.sh"
  git -C "$demo" init -q -b main
  git -C "$demo" add README.md hello.sh
  git -C "$demo" -c user.name="cowork demo" -c user.email=demo@example.invalid commit -q -m "A project to try cowork with"
}

say_demo_end() {
  local word
  word="$(cowork_word)"
  say ""
  say_path
  if [[ -n "${new_group:-}" ]]; then warn "log out and in again first (or run: newgrp docker), so that your terminal can use the engine"; fi
  say "Three sessions are running, each a full clone in its own dev container. Next, type:"
  say "  cd $demo"
  say "  $word connect api       open a shell in a session; leave with Ctrl-b d, return with the same command"
  say "  $word auth login        log the agent in, once for all sessions on this machine"
  say "  $word status            show what each session did"
  say "To remove everything again:"
  say "  cd $demo && $word clean --all --images"
  say "  rm -rf $demo && $tree/install.sh --uninstall"
}
