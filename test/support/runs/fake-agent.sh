#!/bin/sh
# A stand-in for the agent in runs: reads JSON lines, and runs the shell code between @@ and @@ in a prompt. Its process is named after
# the file. Arguments and prompts are kept in $FAKE_LOG.
printf '%s\n' "$*" >>"$FAKE_LOG/args"
conversation=none cost=${FAKE_COST:-0}
previous=''
for word in "$@"; do
  case $previous in --session-id | --resume) conversation=$word ;; esac
  previous=$word
done
say() { printf '{"type":"assistant","message":{"content":[{"type":"text","text":"%s"}]}}\n' "$*"; }
tool() { printf '{"type":"assistant","message":{"content":[{"type":"tool_use","id":"t1","name":"%s","input":{"command":"%s"}}]}}\n' "$1" "$2"; }
background() { printf '{"type":"system","subtype":"background_tasks_changed","tasks":[%s]}\n' "$1"; }
limit() { printf '{"type":"rate_limit_event","rate_limit_info":{"status":"rejected","resetsAt":%s,"rateLimitType":"five_hour"}}\n' "$1"; }
# result SUBTYPE IS_ERROR REASON STATUS TEXT [COST]
result() {
  printf '{"type":"result","subtype":"%s","is_error":%s,"terminal_reason":"%s","api_error_status":%s,"result":"%s","num_turns":1,"total_cost_usd":%s,"modelUsage":{"m":{"inputTokens":10,"outputTokens":2}},"permission_denials":[],"duration_ms":5}\n' "$1" "$2" "$3" "$4" "$5" "${6:-$cost}"
}
good() { result success false completed null "${1:-done}" "${2:-$cost}"; }
while IFS= read -r line; do
  printf '%s\n' "$line" >>"$FAKE_LOG/lines"
  case $line in
    *'"subtype":"interrupt"'*)
      printf '{"type":"control_response","response":{"subtype":"success","request_id":"i","response":{"still_queued":[]}}}\n'
      [ -n "${at_rest-}" ] || result error_during_execution true aborted_streaming null ''
      ;;
    *@@*)
      printf '{"type":"system","subtype":"init","session_id":"%s","model":"m","claude_code_version":"1"}\n' "$conversation"
      code=${line#*@@}
      eval "${code%%@@*}"
      ;;
    *) good answered ;;
  esac
done
eval "${at_end:-}"
exit "${code_at_end:-0}"
