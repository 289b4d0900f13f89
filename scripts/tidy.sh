#!/usr/bin/env bash
# Runs clang-tidy over .cpp files and the headers they include: scripts/tidy.sh [files or folders...]; all of our code if none is named.
# A unit with CAF or Beast takes half a minute, so scripts/test.sh does domain/ alone.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

command -v clang-tidy-14 >/dev/null || fail "clang-tidy-14 is not installed: run scripts/setup.sh --test"
[[ -f build/dev/compile_commands.json ]] || quietly cmake --preset dev || fail "the dev preset could not be configured"

# Only what the build compiles: a file that no CMakeLists.txt lists has no flags, and the house test finds it.
mapfile -t files < <(cpp_files "$@" | grep '\.cpp$' | while read -r file; do
  if grep -qF "\"file\": \"$PWD/$file\"" build/dev/compile_commands.json; then echo "$file"; fi
done)
((${#files[@]} > 0)) || fail "no compiled .cpp files there"
step "tidy: ${#files[@]} files"

tidy_one() {
  local said
  if said=$(clang-tidy-14 -p build/dev --quiet "$1" 2>&1); then return 0; fi
  grep -vE '^[0-9]+ warnings? (and [0-9]+ errors? )?generated|^Suppressed|^Use -header-filter|^Use -system-headers' <<<"$said" >&2
  return 1
}
export -f tidy_one
printf '%s\0' "${files[@]}" | xargs -0 -P "$(jobs_that_fit)" -n 1 bash -c 'tidy_one "$1"' tidy ||
  fail "clang-tidy has remarks"
step "tidy: no remarks"
