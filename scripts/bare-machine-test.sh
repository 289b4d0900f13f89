#!/usr/bin/env bash
# Proves the promise to a newcomer: on a Debian without the packages, scripts/run.sh reaches its first decision in time.
# Usage, as root: scripts/bare-machine-test.sh [--tests] [-- options for rltraderd]
#
# Makes a minimal Debian in a temporary folder (debootstrap, from the mirror that this machine's apt uses), clones the last
# commit into it, runs scripts/run.sh there, waits for a line with "first decision", interrupts the daemon as Ctrl-C would,
# and wants exit code 0 within ten seconds; then once more, when nothing is left to install or build. --tests goes on with
# scripts/test.sh in there. Times are printed, and everything is taken away again, however it ends.
# RLTRADER_BARE_LIMIT: seconds that the first decision may take, 900 unless set; the promise is 360 on two cold cores.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

with_tests=no
if [[ ${1:-} == --tests ]]; then
  with_tests=yes
  shift
fi
[[ ${1:-} != -- ]] || shift
limit=${RLTRADER_BARE_LIMIT:-900}

[[ $EUID -eq 0 ]] || fail "debootstrap and chroot need root"
command -v debootstrap >/dev/null || fail "debootstrap is not installed: apt-get install debootstrap"

machine=$(mktemp -d "${TMPDIR:-/tmp}/rltrader-bare.XXXXXX")
daemon=""
cleanup() {
  local code=$?
  trap - EXIT INT TERM
  if [[ -n $daemon ]] && kill -0 "$daemon" 2>/dev/null; then
    kill -KILL -- "-$daemon" 2>/dev/null || true
    wait "$daemon" 2>/dev/null || true
  fi
  local mounted
  for mounted in dev/pts dev/shm dev proc .; do
    ! mountpoint -q "$machine/root/$mounted" || umount -l "$machine/root/$mounted" || true
  done
  # Nothing mounted may be left below what is deleted.
  if grep -qF " $machine/" /proc/mounts; then
    echo "warning: something is still mounted below $machine; it stays" >&2
  else
    rm -rf --one-file-system "$machine"
  fi
  exit "$code"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Codename: bookworm' | head -n 1)
[[ -n $mirror ]] || fail "apt knows no Debian mirror: run apt-get update first"
step "making a minimal Debian in $machine"
with_progress debootstrap --variant=minbase --include=ca-certificates bookworm "$machine/root" "$mirror" ||
  fail "debootstrap failed"
apt-get indextargets --format 'deb $(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' 'Origin: Debian' |
  sort -u >"$machine/root/etc/apt/sources.list"
apt-config dump | grep -E '^Acquire::(http|https)::Proxy' >"$machine/root/etc/apt/apt.conf.d/90proxy" || true
cp -L /etc/resolv.conf /etc/hosts "$machine/root/etc/"
rm -f "$machine/root"/var/cache/apt/archives/*.deb
# A mount point of its own, as every machine's / is; a mount namespace in there wants that.
mount --bind "$machine/root" "$machine/root"
mount -t proc proc "$machine/root/proc"
mount --bind /dev "$machine/root/dev"
git -c safe.directory='*' clone -q --no-local . "$machine/root/root/rltrader"

inside() {
  exec env -i HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 CI=true \
    chroot "$machine/root" /bin/bash -c 'cd /root/rltrader && exec "$@"' bash "$@"
}

# Starts run.sh, waits for the first decision, interrupts; prints the time of each.
one_run() {
  local title=$1
  shift
  local log=$machine/run.log began shown=0 lines stopped code
  : >"$log"
  began=$(date +%s%N)
  # With job control the daemon leads its own process group and does not ignore SIGINT, as a shell's background job would.
  set -m
  (inside scripts/run.sh "$@") >"$log" 2>&1 </dev/null &
  daemon=$!
  set +m
  until grep -qi 'first decision' "$log"; do
    sleep 0.1
    lines=$(wc -l <"$log")
    if ((lines > shown)); then
      sed -n "$((shown + 1)),${lines}p" "$log" | grep -E '^\[ *[0-9]+s\]|error|[05]0/[0-9]+ ' || true
      shown=$lines
    fi
    if ! kill -0 "$daemon" 2>/dev/null; then
      tail -n 40 "$log" >&2
      fail "$title: run.sh ended before its first decision"
    fi
    if (($(date +%s%N) - began > limit * 1000000000)); then
      tail -n 40 "$log" >&2
      fail "$title: no decision within $limit s"
    fi
  done
  step "$title: first decision after $(since "$began") s"
  grep -i -m 1 'first decision' "$log"
  stopped=$(date +%s%N)
  kill -INT -- "-$daemon"
  while kill -0 "$daemon" 2>/dev/null; do
    sleep 0.05
    (($(date +%s%N) - stopped < 10000000000)) || fail "$title: the daemon did not stop within 10 s of Ctrl-C"
  done
  code=0
  wait "$daemon" || code=$?
  daemon=""
  if ((code != 0)); then
    tail -n 40 "$log" >&2
    fail "$title: the daemon ended with $code after Ctrl-C"
  fi
  step "$title: stopped cleanly in $(since "$stopped") s"
}
since() { awk -v a="$1" -v b="$(date +%s%N)" 'BEGIN {printf "%.1f", (b - a) / 1e9}'; }

one_run "from nothing" "$@"
one_run "second start" "$@"
if [[ $with_tests == yes ]]; then
  step "scripts/test.sh in there"
  (inside scripts/test.sh </dev/null)
fi
step "the bare machine passed"
