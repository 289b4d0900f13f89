#!/usr/bin/env bash
# A PostgreSQL of its own for tests, in a folder: scripts/postgres-test-server.sh start|stop|url|kill|restart FOLDER
#   start    a new, empty server, unless one runs in FOLDER already; prints its URL
#   stop     ends it and takes its data away; fine when none runs
#   url      prints the URL
#   kill     SIGKILL to the postmaster, as a crash would
#   restart  the same cluster again on the same port, after a kill too; prints its URL
# What is in FOLDER stands in scripts/test-server.sh. The server listens on loopback alone, wants passwords (scram-sha-256) and runs
# as whoever calls; root's runs as the user postgres that Debian's package made. Data are durable as in earnest: fsync is on.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/test-server.sh"

[[ $# -eq 2 && $1 =~ ^(start|stop|url|kill|restart)$ && -n $2 ]] || usage
folder=$(realpath -m "$2")
cluster=$folder/cluster
if [[ $1 == url ]]; then
  print_url
  exit
fi

server_name=PostgreSQL
server_bin=$(find /usr/lib/postgresql -path '*/bin/initdb' 2>/dev/null | sort -V | tail -n 1)
server_bin=${server_bin%/initdb}
more_settings=""
# Folders that the server's user can reach; see make_cluster_folder.
seen=$cluster
[[ ! -L $cluster ]] || seen=$(readlink "$cluster")
seen_sockets=$seen

prepare_server() {
  [[ -n $server_bin ]] || fail "PostgreSQL is not installed: run scripts/setup.sh --test"
  [[ $EUID -ne 0 ]] || getent passwd postgres >/dev/null || fail "PostgreSQL refuses to run as root, and there is no user postgres: run scripts/setup.sh --test"
}

run_as_server() {
  local -a user=()
  [[ $EUID -ne 0 ]] || user=(setpriv --reuid=postgres --regid=postgres --init-groups)
  (cd / && exec "${user[@]}" env -i PATH=/usr/bin:/bin LC_ALL=C "$@")
}

# A socket's path has at most 107 characters, and the user postgres cannot reach everybody's folders: then cluster is a link.
make_cluster_folder() {
  mkdir -p "$cluster"
  if ((${#cluster} > 80)) || ! run_as_server test -x "$cluster"; then
    rmdir "$cluster"
    seen=$(mktemp -d /tmp/rltrader-postgres.XXXXXX)
    ln -s "$seen" "$cluster"
  fi
  touch "$seen/made_by_a_test_server"
  chmod 755 "$seen"
  [[ $EUID -ne 0 ]] || chown postgres:postgres "$seen"
  seen_sockets=$seen
}

remove_cluster_folder() {
  if [[ -L $cluster ]]; then rm -rf --one-file-system "$(readlink "$cluster")" && rm "$cluster"; else rm -rf --one-file-system "$cluster"; fi
}

after_roles() { :; }

run_verb "$1"
