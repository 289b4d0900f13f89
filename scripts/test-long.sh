#!/usr/bin/env bash
# What takes too long for every change: scripts/test-long.sh [asan] [tsan] [tidy] [release]; all four when none is named.
#   asan     every test with the address and undefined-behaviour sanitizers
#   tsan     every test with the thread sanitizer, against CAF built with it
#   tidy     clang-tidy over all our code
#   release  every test on the optimised build, as it runs with money
# A PostgreSQL that is lost stays away for a minute here, not for seconds. RLTRADER_WITHOUT_TIMESCALE=1 leaves out the tests that need a TimescaleDB.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh
export RLTRADER_TEST_OUTAGE_SECONDS=60

parts=("$@")
((${#parts[@]} > 0)) || parts=(asan tsan tidy release)
for part in "${parts[@]}"; do
  [[ $part =~ ^(asan|tsan|tidy|release)$ ]] || fail "usage: scripts/test-long.sh [asan] [tsan] [tidy] [release]"
done

scripts/setup.sh --test
failed=()
for part in "${parts[@]}"; do
  if [[ $part == tidy ]]; then
    # The dev build makes what some units include.
    { scripts/build.sh dev && scripts/tidy.sh; } || failed+=(tidy)
  else
    {
      scripts/build.sh "$part" &&
        step "tests ($part)" &&
        ctest --test-dir "build/$part" --output-on-failure --no-tests=error -j "${RLTRADER_JOBS:-2}"
    } || failed+=("$part")
  fi
done
((${#failed[@]} == 0)) || fail "failed: ${failed[*]}"
step "passed: ${parts[*]}"
