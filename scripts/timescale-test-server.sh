#!/usr/bin/env bash
# A TimescaleDB of its own for tests, in a folder: scripts/timescale-test-server.sh start|stop|url|kill|restart FOLDER
# The verbs are those of scripts/postgres-test-server.sh, what is in FOLDER stands in scripts/test-server.sh. Besides, FOLDER/bin has
# pg_dump, pg_restore and psql of the same version; they work without root and with every path.
#
# Debian 12 has no TimescaleDB, so this is Debian 13's PostgreSQL 17 with TimescaleDB under the Apache licence, in a chroot. The first
# start makes it in build/trixie, or in RLTRADER_TRIXIE_DIR, from the mirror that this machine's apt uses: one minute and 600 MB.
# Needs root, or sudo without a password. The chroot's mounts are in a mount namespace of the server's own: nobody else sees them, and
# they are gone when its last process is, however it ends.
#
# RLTRADER_WITHOUT_TIMESCALE=1 leaves it out: start says so, in FOLDER/left_out too, and makes nothing.
set -euo pipefail
source_root=$(cd "$(dirname "$0")/.." && pwd)
. "$source_root/scripts/lib.sh"
. "$source_root/scripts/test-server.sh"

[[ $# -eq 2 && $1 =~ ^(start|stop|url|kill|restart)$ && -n $2 ]] || usage
folder=$(realpath -m "$2")
cluster=$folder/cluster
trixie=$(realpath -m "${RLTRADER_TRIXIE_DIR:-$source_root/build/trixie}")
if [[ $1 == url ]]; then
  print_url
  exit
fi
if [[ $1 == start && ${RLTRADER_WITHOUT_TIMESCALE:-0} == 1 ]] && ! postmaster >/dev/null; then
  mkdir -p "$folder"
  rm -f "$folder"/{url,admin_url}
  echo "TimescaleDB is left out: --without-timescale" | tee "$folder/left_out"
  exit
fi
if [[ $1 == stop && ! -e $cluster ]]; then
  rm -f "$folder/left_out"
  exit
fi
if [[ $EUID -ne 0 ]]; then
  sudo -n true 2>/dev/null ||
    fail "a chroot with TimescaleDB needs root, or sudo without a password; scripts/test.sh --without-timescale leaves it out"
  exec sudo -n RLTRADER_TRIXIE_DIR="$trixie" "$source_root/scripts/${0##*/}" "$1" "$folder"
fi

server_name=TimescaleDB
server_bin=/usr/lib/postgresql/17/bin
seen=/pg  # the folder's cluster/, as the chroot sees it
seen_sockets=/pg
more_settings="shared_preload_libraries = 'timescaledb'
timescaledb.telemetry_level = off
max_worker_processes = 16"

# Runs a shell script in a mount namespace of its own, with the arguments given.
in_own_mounts() { unshare --mount --propagation private -- bash -euc "$@"; }

# Makes the chroot, aside first, so that a half-made one is never used.
make_trixie() {
  command -v debootstrap >/dev/null || fail "debootstrap is not installed: run scripts/setup.sh --test"
  local mirror partial=$trixie.partial
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' | grep -v security | head -n 1)
  [[ -n $mirror ]] || fail "apt knows no Debian mirror: run apt-get update first"
  step "making a Debian 13 with TimescaleDB in $trixie, once"
  rm -rf --one-file-system "$partial"
  with_progress in_own_mounts 'exec debootstrap --variant=minbase --include=ca-certificates trixie "$1" "$2"' debootstrap "$partial" "$mirror" ||
    fail "debootstrap failed, its last words are above"
  step "installing PostgreSQL 17 and TimescaleDB in there"
  echo "deb $mirror trixie main" >"$partial/etc/apt/sources.list"
  apt-config dump | grep -E '^Acquire::(http|https)::Proxy' >"$partial/etc/apt/apt.conf.d/90proxy" || true
  cp -L /etc/resolv.conf /etc/hosts "$partial/etc/"
  printf '#!/bin/sh\nexit 101\n' >"$partial/usr/sbin/policy-rc.d"
  chmod 755 "$partial/usr/sbin/policy-rc.d"
  mkdir -p "$partial/etc/postgresql-common/createcluster.d" "$partial/pg"
  echo "create_main_cluster = false" >"$partial/etc/postgresql-common/createcluster.d/rltrader.conf"
  with_progress in_own_mounts '
    mount -t proc proc "$1/proc"
    mount --bind /dev "$1/dev"
    export DEBIAN_FRONTEND=noninteractive LC_ALL=C
    chroot "$1" apt-get -q update
    chroot "$1" apt-get -q -y -o Acquire::Retries=3 install --no-install-recommends postgresql-17 postgresql-17-timescaledb
    chroot "$1" apt-get clean' install "$partial" || fail "the installation failed, its last words are above"
  rm -rf "$partial"/var/lib/apt/lists/* "$partial"/var/cache/apt/*.bin "$partial/etc/apt/apt.conf.d/90proxy"
  rm -rf --one-file-system "$trixie"
  mv "$partial" "$trixie"
}

prepare_server() {
  in_own_mounts 'mount -t tmpfs tmpfs "$1"' probe "$folder" 2>/dev/null ||
    fail "mounting is not allowed here, in a container or a chroot perhaps; scripts/test.sh --without-timescale leaves TimescaleDB out"
  mkdir -p "$(dirname "$trixie")"
  exec 8>"$trixie.lock"
  flock -w 900 8 || fail "another call has been making $trixie for 15 minutes"
  [[ -e $trixie/usr/lib/postgresql/17/lib/timescaledb.so ]] || make_trixie
  exec 8>&-
}

run_as_server() {
  in_own_mounts '
    root=$1 cluster=$2
    shift 2
    mount -t proc proc "$root/proc"
    mount --bind /dev "$root/dev"
    mount -t tmpfs -o size=512m,mode=1777 tmpfs "$root/dev/shm"
    mount --bind "$cluster" "$root/pg"
    cd /
    exec chroot --userspec=postgres:postgres "$root" env -i PATH=/usr/bin:/bin LC_ALL=C "$@"' server "$trixie" "$cluster" "$@"
}

make_cluster_folder() {
  mkdir -p "$cluster"
  touch "$cluster/made_by_a_test_server"
  chown "$(awk -F: '$1 == "postgres" {print $3 ":" $4}' "$trixie/etc/passwd")" "$cluster"
  # The chroot's programs with the chroot's libraries, on this machine's files.
  local name
  mkdir -p "$folder/bin"
  for name in pg_dump pg_restore psql; do
    cat >"$folder/bin/$name" <<EOF
#!/bin/sh
# $name of the server in this folder.
root='$trixie'
exec "\$(echo "\$root"/usr/lib*/ld-linux-*.so.*)" --library-path "\$(echo "\$root"/usr/lib/*-linux-gnu)" \\
  --argv0 $name "\$root$server_bin/$name" "\$@"
EOF
    chmod 755 "$folder/bin/$name"
  done
}

remove_cluster_folder() { rm -rf --one-file-system "$cluster" "${folder:?}/bin"; }

after_roles() {
  echo "create extension timescaledb;" | as_admin rltrader || give_up "the extension timescaledb could not be made"
}

run_verb "$1"
