#!/usr/bin/env bash
# Starts dockerd, as root, on a machine without a service manager, and waits until it answers. If two run at the same time, one of
# them starts it. A killed dockerd leaves its pid file and its containerd, which has a pid file, too. dockerd uses that containerd
# if it is healthy. It refuses to start, or waits forever, if a pid file has the pid of another process by now.
set -euo pipefail
log=/var/log/cowork-dockerd.log
dockerd_pid=/var/run/docker.pid
containerd_pid=/var/run/docker/containerd/containerd.pid
old_containerd_pid=/var/run/docker/containerd/docker-containerd.pid
patience=60

answers() { timeout 10 docker --host unix:///var/run/docker.sock version >/dev/null 2>&1; }

# Prints the pid from the file if that process is the named program, because pids are reused.
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

# Waits until the engine answers, the process has ended, or the time is up.
wait_for() {
  local pid="$1" second
  for ((second = 0; second < patience; second++)); do
    if answers; then return 0; fi
    if [[ ! -e "/proc/$pid/exe" ]]; then return 1; fi
    sleep 1
  done
  return 1
}

# end PID: sends SIGTERM, and SIGKILL after ten seconds.
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
  # In a new session and without our streams: it must outlive the caller and not keep the caller's pipes open.
  setsid dockerd >>"$log" 2>&1 </dev/null 9>&- &
  launched=$!
}

exec 9>/run/cowork-dockerd.lock
flock -w 300 9
if answers; then exit 0; fi
if pid="$(live_pid "$dockerd_pid" dockerd)"; then
  if wait_for "$pid"; then exit 0; fi
  echo "dockerd is running (pid $pid) but does not answer; stop it, then run this again" >&2
  exit 4
fi
launch
if wait_for "$launched"; then exit 0; fi
# Second try, without the containerd that the first one found.
end "$launched"
if pid="$(live_pid "$containerd_pid" containerd)"; then end "$pid"; fi
launch
if wait_for "$launched"; then exit 0; fi
echo "dockerd did not start; the end of $log:" >&2
tail -n 15 "$log" >&2
exit 4
