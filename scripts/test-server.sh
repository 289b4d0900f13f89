# What the servers for tests share; sourced by postgres-test-server.sh and timescale-test-server.sh, never run.
#
# FOLDER holds:
#   url        postgresql://rltrader:...@127.0.0.1:PORT/rltrader, an ordinary role that owns its database; there when the server is ready
#   admin_url  the same server as superuser, database postgres
#   cluster/   the server's files, its user's own: data/ is the data folder, log what the server says
#   log        what it said, once it is stopped
#   left_out   a sentence, where the server is left out; then there is no url
#   process    the postmaster's pid and when it was started, in clock ticks since boot
#   lock       held while a verb is at work
#
# Who sources this says first: server_name; prepare_server, once before the first use of a folder's files; make_cluster_folder,
# which makes $folder/cluster for the server's user; run_as_server COMMAND..., which may use the paths $seen/data and $seen/log for
# the folder's; server_bin, the folder of initdb as run_as_server sees it; after_roles ADMIN_URL, for what the database needs besides.

usage() { fail "usage: scripts/${0##*/} start|stop|url|kill|restart FOLDER"; }

# A word that only the owner reads, in $folder/$1.
write_private() {
  (umask 077 && printf '%s\n' "$2" >"$folder/$1.new")
  [[ -z ${SUDO_UID:-} ]] || chown "$SUDO_UID:${SUDO_GID:-$SUDO_UID}" "$folder/$1.new"
  mv "$folder/$1.new" "$folder/$1"
}

# When a living process was started, in clock ticks since boot. A pid alone may be somebody else's by now, and a zombie is dead.
started_at() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | awk '$1 != "Z" {print $20}'; }

# The postmaster's pid, while it lives.
postmaster() {
  local pid="" ticks=""
  read -r pid ticks 2>/dev/null <"$folder/process" || return 1
  [[ -n $pid && -n $ticks && $(started_at "$pid") == "$ticks" ]] || return 1
  echo "$pid"
}

remember_postmaster() {
  local pid=""
  read -r pid <"$cluster/data/postmaster.pid" || fail "$server_name wrote no pid file"
  echo "$pid $(started_at "$pid")" >"$folder/process"
}

# Below the ports that the kernel gives to whoever connects: a client that tries again and again while the server is down would
# otherwise meet itself some day, and a restart could find its port taken.
free_ports() {
  local port
  for port in $(shuf -i 20000-31999 -n 40); do
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || echo "$port"
  done
}

# Takes away what a killed postmaster leaves behind: processes that need a moment to notice, their shared memory, pid file and socket.
# A new postmaster would refuse to start beside them, for ever where nobody reaps the killed one. A postmaster that a start left behind
# when it was itself killed goes the same way.
forget_killed() {
  local pid segment tries
  [[ -e $cluster/data/postmaster.pid ]] || return 0
  read -r pid <"$cluster/data/postmaster.pid" || true
  segment=$(awk 'NR == 7 {print $2}' "$cluster/data/postmaster.pid")
  if awk -v id="$segment" -v pid="$pid" '$2 == id && $5 == pid && $7 > 0 {found = 1} END {exit !found}' /proc/sysvipc/shm &&
    tr '\0' ' ' <"/proc/$pid/cmdline" | grep -q "postgres -D $seen/data "; then
    kill -KILL "$pid" 2>/dev/null || true
  fi
  if [[ -n $segment ]]; then
    for ((tries = 0; tries < 120; tries++)); do
      awk -v id="$segment" '$2 == id && $7 > 0 {found = 1} END {exit !found}' /proc/sysvipc/shm || break
      sleep 0.25
    done
    ((tries < 120)) || fail "processes of the killed $server_name are still at work in $cluster/data"
    run_as_server ipcrm -m "$segment" >/dev/null 2>&1 9>&- || true
  fi
  rm -f "$cluster"/data/postmaster.pid "$cluster"/.s.PGSQL.*
}

# Starts the cluster on the port in its configuration.
start_cluster() {
  forget_killed
  run_as_server "$server_bin/pg_ctl" -D "$seen/data" -l "$seen/log" -w -t 120 start >/dev/null 2>&1 9>&- || return 1
  remember_postmaster
}

log_says() { [[ ! -s $cluster/log ]] || tail -n 12 "$cluster/log" >&2; }

# Ends the server, by force if it must, and takes its files away; the log stays.
take_down() {
  local pid
  if pid=$(postmaster); then
    run_as_server "$server_bin/pg_ctl" -D "$seen/data" -m fast -w -t 20 stop >/dev/null 2>&1 9>&- || kill -KILL "$pid" 2>/dev/null || true
  fi
  rm -f "$folder"/{url,admin_url,process,left_out}
  [[ -e $cluster || -L $cluster ]] || return 0
  [[ -e $cluster/made_by_a_test_server ]] || fail "$cluster was not made by this script: take it away yourself, or name another folder"
  [[ ! -e $cluster/log ]] || cp "$cluster/log" "$folder/log"
  forget_killed
  remove_cluster_folder || fail "$cluster could not be taken away"
}

remove_cluster_folder() { rm -rf --one-file-system "$cluster"; }

give_up() {
  log_says
  trap - EXIT
  (take_down) || true
  fail "$1"
}

start() {
  if postmaster >/dev/null && [[ -s $folder/url ]]; then
    return
  fi
  take_down
  trap 'give_up "$server_name did not start, the reason should stand above"' EXIT
  make_cluster_folder
  local password admin_password port
  password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  admin_password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  (umask 077 && echo "$admin_password" >"$cluster/password")
  chown --reference="$cluster" "$cluster/password" "$cluster/made_by_a_test_server"
  quietly run_as_server "$server_bin/initdb" -D "$seen/data" -U postgres --pwfile="$seen/password" --auth=scram-sha-256 \
    -E UTF8 --locale=C.UTF-8 --no-sync 9>&- || give_up "initdb failed"
  rm -f "$cluster/password"
  # What is committed must be there after a kill, so fsync stays on. Shared memory is in the cluster's folder, where a killed server
  # leaves nothing behind for the machine.
  cat >>"$cluster/data/postgresql.conf" <<EOF
listen_addresses = '127.0.0.1'
unix_socket_directories = '$seen_sockets'
max_connections = 60
shared_buffers = 16MB
dynamic_shared_memory_type = mmap
max_wal_size = 256MB
min_wal_size = 32MB
timezone = 'UTC'
log_timezone = 'UTC'
lc_messages = 'C'
$more_settings
EOF
  local ready=no
  for port in $(free_ports | head -n 5); do
    echo "port = $port" >>"$cluster/data/postgresql.conf"
    if start_cluster; then
      ready=yes
      break
    fi
    grep -q 'Address already in use' "$cluster/log" || break
  done
  [[ $ready == yes ]] || give_up "$server_name did not start"

  local admin_url="postgresql://postgres:$admin_password@127.0.0.1:$port/postgres"
  as_admin postgres <<EOF || give_up "the role and its database could not be made"
create role rltrader login password '$password';
create database rltrader owner rltrader;
EOF
  after_roles
  write_private admin_url "$admin_url"
  write_private url "postgresql://rltrader:$password@127.0.0.1:$port/rltrader"
  trap - EXIT
}

# SQL from the input, as superuser, in the database named. Uses the variables of start.
as_admin() {
  env -i PATH="$PATH" LC_ALL=C PGPASSWORD="$admin_password" psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 -h 127.0.0.1 -p "$port" -U postgres "$1" >/dev/null
}

restart() {
  [[ -s $folder/url && -e $cluster/data/PG_VERSION ]] || fail "no server was started in $folder: scripts/${0##*/} start $folder"
  if postmaster >/dev/null; then
    run_as_server "$server_bin/pg_ctl" -D "$seen/data" -m fast -w -t 60 stop >/dev/null 2>&1 9>&- || fail "$server_name did not stop"
  fi
  if ! start_cluster; then
    log_says
    fail "$server_name did not start again in $folder"
  fi
}

kill_postmaster() {
  local pid ticks
  pid=$(postmaster) || fail "no server runs in $folder"
  ticks=$(started_at "$pid")
  kill -KILL "$pid"
  while [[ $(started_at "$pid") == "$ticks" ]]; do sleep 0.02; done
}

run_verb() {
  mkdir -p "$folder"
  [[ -z ${SUDO_UID:-} ]] || chown "$SUDO_UID:${SUDO_GID:-$SUDO_UID}" "$folder"
  exec 9>"$folder/lock"
  flock -w 900 9 || fail "another call for $folder has been at work for 15 minutes"
  case "$1" in
    start)
      prepare_server
      start
      cat "$folder/url"
      ;;
    restart)
      restart
      cat "$folder/url"
      ;;
    kill) kill_postmaster ;;
    stop) take_down ;;
  esac
}

print_url() {
  [[ ! -e $folder/left_out ]] || fail "$(cat "$folder/left_out")"
  [[ -s $folder/url ]] || fail "no server was started in $folder: scripts/${0##*/} start $folder"
  cat "$folder/url"
}
