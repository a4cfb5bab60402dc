# shellcheck shell=bash
# The demonstration: a sample project, three sessions, a command in each. Sourced by install.sh.

demo_sessions=(api web docs)

run_demo() {
  local cowork="$prefix/bin/cowork" session
  demo="${COWORK_DEMO:-$HOME/cowork-demo}"
  step "Making a sample project in $demo"
  make_sample_project
  cd "$demo" || die "$demo cannot be entered"
  show "cowork init ${demo_sessions[*]}"
  # Whoever agreed to this script's changes has agreed to the base image that it may have to make with sudo.
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
  if [[ -d "$demo/.git" ]]; then say "    it is there already"; return; fi
  if [[ -d "$demo" && -n "$(ls -A "$demo")" ]]; then die "$demo exists and is no git repository. Move it away, or name another folder in COWORK_DEMO."; fi
  mkdir -p "$demo"
  printf '# cowork demo\n\nA project to try cowork with. Nothing else is in it.\n' >"$demo/README.md"
  cat >"$demo/hello.sh" <<'END'
#!/bin/sh
# Says where it runs.
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
  if [[ -n "${new_group:-}" ]]; then warn "log in anew first (or type: newgrp docker), so that your terminal may use the engine"; fi
  say "Three sessions run, each a full clone in a dev container of its own. Next, type:"
  say "  cd $demo"
  say "  $word connect api       go inside; leave with Ctrl-b d, come back the same way"
  say "  $word auth              log the agent in, once for all sessions of this machine"
  say "  $word status            what each of them did"
  say "To remove all of it again:"
  say "  cd $demo && $word clean --all --images"
  say "  rm -rf $demo && $tree/install.sh --uninstall"
}
