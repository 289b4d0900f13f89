#!/usr/bin/env bash
# Installs the Debian packages that a build needs, those that are missing and nothing else. With --test, also what tests need.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

base=(
  g++ cmake ninja-build ccache mold pkg-config ca-certificates
  libcaf-dev libboost1.81-dev nlohmann-json3-dev libspdlog-dev libssl-dev libsqlite3-dev libpq-dev
  libzip-dev zlib1g-dev
)
test=(
  libgtest-dev libgmock-dev libbenchmark-dev clang-format-14 clang-tidy-14 curl python3 sqlite3 git
  postgresql postgresql-client pgbouncer debootstrap
)

wanted=("${base[@]}")
case "${1:-}" in
  "") ;;
  --test) wanted+=("${test[@]}") ;;
  *) fail "usage: scripts/setup.sh [--test]" ;;
esac

command -v dpkg-query >/dev/null && command -v apt-get >/dev/null ||
  fail "this is not Debian: install the like of these yourself, then run scripts/build.sh: ${wanted[*]}"

missing=()
for package in "${wanted[@]}"; do
  status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
  [[ $status == installed ]] || missing+=("$package")
done
if ((${#missing[@]} == 0)); then
  step "packages: all ${#wanted[@]} are installed"
  exit 0
fi
step "packages: missing ${missing[*]}"

root=()
if [[ $EUID -ne 0 ]]; then
  command -v sudo >/dev/null ||
    fail "to install packages this needs root or sudo; or have root run: apt-get install --no-install-recommends ${missing[*]}"
  root=(sudo)
fi

# Another apt may be at work, just after the machine came up for instance: wait for it two minutes.
apt() {
  "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=120 -o Acquire::Retries=3 "$@"
}

# Tests start servers of their own in the build folder, so what Debian would start by itself stays down: no main cluster of
# PostgreSQL where there is none yet, and no PgBouncer. Both are left as they are where they were installed before.
is_missing() { [[ " ${missing[*]} " == *" $1 "* ]]; }
policy=/usr/sbin/policy-rc.d
policy_is_ours=no
if is_missing postgresql && [[ $(dpkg-query -W -f '${db:Status-Status}' postgresql-common 2>/dev/null) != installed ]]; then
  "${root[@]}" mkdir -p /etc/postgresql-common/createcluster.d
  echo "create_main_cluster = false" | "${root[@]}" tee /etc/postgresql-common/createcluster.d/rltrader.conf >/dev/null
  step "no main cluster of PostgreSQL is made: /etc/postgresql-common/createcluster.d/rltrader.conf says so"
fi
if is_missing pgbouncer && [[ ! -e $policy ]]; then
  policy_is_ours=yes
  trap '"${root[@]}" rm -f "$policy"' EXIT
  printf '#!/bin/sh\n%s\n%s\n' '# For one installation: PgBouncer is not started, everything else is.' \
    'case " $* " in *" pgbouncer "* | *" pgbouncer.service "*) exit 101 ;; esac' | "${root[@]}" tee "$policy" >/dev/null
  "${root[@]}" chmod 755 "$policy"
fi

step "apt-get update"
with_progress apt update || fail "apt-get update failed: is there a network, and are apt's sources right?"
step "apt-get install (${#missing[@]} packages and what they need)"
with_progress apt install --no-install-recommends "${missing[@]}" || fail "apt-get install failed, its last words are above"
if [[ $policy_is_ours == yes && -d /run/systemd/system ]]; then
  "${root[@]}" systemctl --quiet disable pgbouncer.service || true
fi
step "packages are installed"
