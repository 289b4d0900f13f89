#!/usr/bin/env bash
# Lays out our C++ by .clang-format: scripts/format.sh [--check] [files or folders...]. --check changes nothing and fails on a difference.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

# Version 14 alone: another one lays out the same rules differently.
command -v clang-format-14 >/dev/null || fail "clang-format-14 is not installed: run scripts/setup.sh --test"
action=(-i)
if [[ ${1:-} == --check ]]; then
  action=(--dry-run --Werror)
  shift
fi
mapfile -t files < <(cpp_files "$@")
((${#files[@]} > 0)) || fail "no C++ files there"
printf '%s\0' "${files[@]}" | xargs -0 -P "$(jobs_that_fit)" -n 20 clang-format-14 --style=file "${action[@]}" ||
  fail "some files are not laid out by .clang-format: scripts/format.sh does it"
step "format: ${#files[@]} files"
