#!/usr/bin/env bash
# Installs what is missing, builds the dev preset, checks layout and domain/, and runs all its tests:
# scripts/test.sh [--without-timescale] [ctest options]. End-to-end tests drive the dev build's binaries. Tests of stores start a
# PostgreSQL and a TimescaleDB of their own below build/dev; the latter needs root and, the first time, a minute. scripts/test-long.sh
# has the sanitizers.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

if [[ ${1:-} == --without-timescale ]]; then
  export RLTRADER_WITHOUT_TIMESCALE=1
  shift
fi
scripts/setup.sh --test

# A wrong layout or a remark fails the run, but only after the tests have had their say.
failed=()
scripts/format.sh --check || failed+=(format)
scripts/build.sh dev
# The release build joins units, so two of a folder must not say the same name: what starts with run.sh is built here too.
scripts/build.sh release rltraderd rltraderctl || failed+=(release)
scripts/tidy.sh domain || failed+=(tidy)

step "tests"
[[ ${RLTRADER_WITHOUT_TIMESCALE:-0} != 1 ]] || step "TimescaleDB is left out: --without-timescale"
ctest --test-dir build/dev --output-on-failure --no-tests=error -j "${RLTRADER_JOBS:-2}" "$@" || failed+=(tests)

((${#failed[@]} == 0)) || fail "failed: ${failed[*]}"
