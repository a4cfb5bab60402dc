#!/usr/bin/env bash
# Starts dockerd on a machine without a service manager, as root, and waits until it answers. Two at once: one starts it.
# A dockerd that was killed leaves its pid file behind, and its containerd with one of its own. dockerd takes up that
# containerd when it is sound; it refuses to start, or waits in vain, when a pid file names some other process by now.
set -euo pipefail
log=/var/log/cowork-dockerd.log
dockerd_pid=/var/run/docker.pid
containerd_pid=/var/run/docker/containerd/containerd.pid
old_containerd_pid=/var/run/docker/containerd/docker-containerd.pid
patience=60

answers() { timeout 10 docker --host unix:///var/run/docker.sock version >/dev/null 2>&1; }

# Prints the pid that the file names if that process is the program named: pids are used again.
live_pid() {
  local file="$1" program="$2" pid
  pid="$(tr -dc 0-9 2>/dev/null <"$file")" || return 1
  [[ -n "$pid" && "$(readlink "/proc/$pid/exe" 2>/dev/null)" == */"$program"* ]] && printf '%s\n' "$pid"
}

tidy() {
  live_pid "$dockerd_pid" dockerd >/dev/null || rm -f "$dockerd_pid"
  local file
  for file in "$containerd_pid" "$old_containerd_pid"; do
    live_pid "$file" containerd >/dev/null || rm -f "$file"
  done
}

# Waits until the engine answers, or the process is gone, or patience ends.
wait_for() {
  local pid="$1" second
  for ((second = 0; second < patience; second++)); do
    if answers; then return 0; fi
    if [[ ! -e "/proc/$pid/exe" ]]; then return 1; fi
    sleep 1
  done
  return 1
}

# end PID: asks it to end, insists after ten seconds.
end() {
  local pid="$1" second
  kill -TERM "$pid" 2>/dev/null || return 0
  for ((second = 0; second < 10; second++)); do
    [[ -e "/proc/$pid/exe" ]] || return 0
    sleep 1
  done
  kill -KILL "$pid" 2>/dev/null || true
}

launch() {
  tidy
  # In a session of its own, holding none of our streams: it must outlive whoever called us and not keep their pipes open.
  setsid dockerd >>"$log" 2>&1 </dev/null 9>&- &
  launched=$!
}

exec 9>/run/cowork-dockerd.lock
flock -w 300 9
if answers; then exit 0; fi
if pid="$(live_pid "$dockerd_pid" dockerd)"; then
  if wait_for "$pid"; then exit 0; fi
  echo "dockerd runs (pid $pid) but does not answer; end it, then run this again" >&2
  exit 4
fi
launch
if wait_for "$launched"; then exit 0; fi
# Second try without the containerd that the first one found.
end "$launched"
if pid="$(live_pid "$containerd_pid" containerd)"; then end "$pid"; fi
launch
if wait_for "$launched"; then exit 0; fi
echo "dockerd did not come up; the end of $log:" >&2
tail -n 15 "$log" >&2
exit 4
