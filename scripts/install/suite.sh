# shellcheck shell=bash
# Runs the whole test suite. The last line of its output is: N passed, N failed. Sourced by install.sh.

run_suite() {
  local report check=passed
  report="$(mktemp)"
  step "Fetching the development dependencies (npm ci)"
  cd "$tree" || die "cannot change to $tree"
  quietly "npm ci" npm ci --no-audit --no-fund
  step "npm run check"
  npm run --silent check || check=failed
  step "npm test"
  with_docker npm test -- --reporter=default --reporter=json --outputFile.json="$report" || true
  # Reported again here, because the output of `npm run check` is far above by now.
  if [[ "$check" == failed ]]; then warn "npm run check failed; see above, before the tests"; fi
  # Reads the report as well as the exit code, so that the last line is correct.
  local outcome=0
  node scripts/install/sums.ts "$report" "$check" || outcome=$?
  rm -f "$report"
  return "$outcome"
}
