#!/usr/bin/env bash
# From a bare Debian to trading agents at work, on a simulated market with simulated money: scripts/run.sh [mode] [options].
# The mode is demo unless the first argument names another one. Options go to rltraderd as they are; try --help.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/scripts/lib.sh"

mode=demo
case "${1:-}" in
  demo | serve | replay | simulate | sweep | config)
    mode=$1
    shift
    ;;
esac

"$root/scripts/setup.sh"
"$root/scripts/build.sh" release rltraderd rltraderctl
step "starting rltraderd $mode"
# In place of this shell, so that Ctrl-C and the exit code are the daemon's own. Relative paths are the caller's.
exec "$root/build/release/bin/rltraderd" "$mode" "$@"
