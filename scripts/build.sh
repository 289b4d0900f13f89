#!/usr/bin/env bash
# Configures and builds a preset: scripts/build.sh [release|dev|asan|tsan] [targets...]. What it makes is in build/<preset>/bin.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

preset=${1:-release}
[[ $# -eq 0 ]] || shift
case "$preset" in
  release | dev | asan) ;;
  tsan) scripts/build-tsan-caf.sh ;;
  *) fail "no preset is called '$preset': usage: scripts/build.sh [release|dev|asan|tsan] [targets...]" ;;
esac
command -v cmake >/dev/null || fail "cmake is not installed: run scripts/setup.sh first"

step "configuring build/$preset"
quietly cmake --preset "$preset" || fail "the $preset preset could not be configured"

# Two clones of the same code share what ccache keeps, wherever they lie.
export CCACHE_BASEDIR=${CCACHE_BASEDIR:-$PWD} CCACHE_NOHASHDIR=${CCACHE_NOHASHDIR:-1}
jobs=$(jobs_that_fit)
step "building ${*:-everything} ($preset, $jobs at a time)"
targets=()
[[ $# -eq 0 ]] || targets=(--target "$@")
NINJA_STATUS='[%f/%t %es] ' cmake --build "build/$preset" --parallel "$jobs" "${targets[@]}" || fail "the build failed"
step "built: build/$preset/bin"
