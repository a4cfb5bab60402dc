#!/bin/sh
# A stand-in for the agent in a terminal: reports like it, and echoes each line that it gets. Goes on as fake-agent.sh (appended to it)
# if it is started for a run.
case " $* " in *" stream-json "*) ;; *)
  conversation=none previous='' prompt=''
  for word in "$@"; do
    case $previous in --session-id | --resume) conversation=$word ;; esac
    previous=$word prompt=$word
  done
  [ "$prompt" != "$conversation" ] || prompt=''
  set -- $(cat /proc/$$/stat)
  start=${22} file=$CLAUDE_CONFIG_DIR/sessions/$$.json
  mkdir -p "$CLAUDE_CONFIG_DIR/sessions"
  trap 'rm -f "$file"; exit' EXIT HUP TERM
  is() {
    printf '{"pid":%s,"sessionId":"%s","entrypoint":"cli","status":"%s","procStart":"%s","statusUpdatedAt":%s}\n' \
      $$ "$conversation" "$1" "$start" "$(date +%s%3N)" >"$file.new" && mv "$file.new" "$file"
  }
  report() { printf '{"session_id":"%s","hook_event_name":"%s","prompt":"%s"}\n' "$conversation" "$1" "${2-}" | /opt/cowork/bin/agent-event "$1"; }
  turn() {
    is busy
    report UserPromptSubmit "$1"
    printf 'Got: %s\n' "$1"
    report Stop
    is idle
  }
  report SessionStart
  is idle
  [ -z "$prompt" ] || turn "$prompt"
  while IFS= read -r line; do turn "$line"; done
  report SessionEnd
  exit 0
  ;;
esac
