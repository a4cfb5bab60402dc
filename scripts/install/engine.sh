# shellcheck shell=bash
# The Docker Engine: the one that the docker client uses, else the distribution's, which is started. Sourced by install.sh.

engine_answers() { has docker && timeout 20 docker version >/dev/null 2>&1; }

# True if the user has configured the docker client for another engine: starting one here would not help.
engine_is_elsewhere() {
  [[ -n "${DOCKER_HOST:-}" ]] && return 0
  has docker && [[ "$(docker context show 2>/dev/null || echo default)" != default ]]
}

# The engine is running, but this user has no permission to use it.
socket_is_closed_to_us() { [[ -S /var/run/docker.sock && ! -w /var/run/docker.sock && "$(id -u)" -ne 0 ]]; }

plan_engine() {
  if engine_answers; then return; fi
  if engine_is_elsewhere; then
    die "the Docker Engine at ${DOCKER_HOST:-$(docker context show)} does not answer. Start it, or unset DOCKER_HOST or the docker context, then run this again." 4
  fi
  changes+=("start the Docker Engine on this machine")
  if [[ "$(id -u)" -ne 0 ]] && ! in_docker_group; then
    changes+=("add $(id -un) to the group docker (its members have root rights on this machine)")
  fi
}

# From the user database, not from this process: a login from before the change does not have the group yet.
in_docker_group() { [[ " $(id -nG "$(id -un)" 2>/dev/null) " == *" docker "* ]]; }

ensure_engine() {
  if engine_answers; then return; fi
  if ! as_root_engine_answers; then start_engine; fi
  if [[ "$(id -u)" -eq 0 ]]; then
    engine_answers || die "the Docker Engine does not answer" 4
    return
  fi
  join_docker_group
  with_docker docker version >/dev/null 2>&1 || die "the Docker Engine does not answer when called by $(id -un)" 4
}

as_root_engine_answers() { socket_is_closed_to_us && as_root timeout 20 docker version >/dev/null 2>&1; }

start_engine() {
  step "Starting the Docker Engine"
  if [[ -d /run/systemd/system ]]; then
    as_root systemctl enable --now docker.service
    # systemctl returns when the engine reports that it is ready; the socket of an upgraded engine may take a little longer.
    local tries
    for ((tries = 0; tries < 30; tries++)); do
      if as_root docker version >/dev/null 2>&1; then return; fi
      sleep 1
    done
    die "the Docker Engine was started but does not answer. See: journalctl -u docker" 4
  fi
  local proxies
  mapfile -t proxies < <(proxy_words)
  as_root env ${proxies[@]+"${proxies[@]}"} bash "$tree/scripts/install/start-dockerd.sh"
}

join_docker_group() {
  if in_docker_group; then return; fi
  step "Adding $(id -un) to the group docker"
  as_root usermod -aG docker "$(id -un)"
  new_group=yes
  warn "log out and in again (or run: newgrp docker) before you use cowork in a terminal; this run does not need it"
}

# Runs a command that needs the engine: directly, or with the group that this login does not have yet.
with_docker() {
  if engine_answers || [[ "$(id -u)" -eq 0 ]] || ! in_docker_group; then
    "$@"
  else
    sg docker -c "$(printf '%q ' "$@")"
  fi
}
