# shellcheck shell=bash
# The whole test suite, ending in one line: N passed, N failed. Sourced by install.sh.

run_suite() {
  local report check=passed
  report="$(mktemp)"
  step "Fetching the development dependencies (npm ci)"
  cd "$tree" || die "$tree cannot be entered"
  quietly "npm ci" npm ci --no-audit --no-fund
  step "npm run check"
  npm run --silent check || check=failed
  step "npm test"
  with_docker npm test -- --reporter=default --reporter=json --outputFile.json="$report" || true
  # Said again here: what `npm run check` printed lies far above by now.
  if [[ "$check" == failed ]]; then warn "npm run check failed; see above, before the tests"; fi
  # Reads the report instead of trusting the exit code alone: the last line must be true.
  local outcome=0
  node scripts/install/sums.ts "$report" "$check" || outcome=$?
  rm -f "$report"
  return "$outcome"
}
