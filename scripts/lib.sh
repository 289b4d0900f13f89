# Words that all scripts share; sourced, never run.

# Seconds count from the start of the first script, also in those that it calls.
export RLTRADER_SCRIPT_STARTED=${RLTRADER_SCRIPT_STARTED:-$(date +%s)}
seconds() { echo $(($(date +%s) - RLTRADER_SCRIPT_STARTED)); }

# One line for each step, with the seconds so far.
step() { printf '[%4ds] %s\n' "$(seconds)" "$*" >&2; }

fail() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

# Runs a command and shows what it said only when it fails.
quietly() {
  local log code=0
  log=$(mktemp)
  "$@" >"$log" 2>&1 || code=$?
  ((code == 0)) || cat "$log" >&2
  rm -f "$log"
  return "$code"
}

# Runs a command that has much to say. A terminal sees its latest line in place, a log sees one line every ten seconds, and
# both see the last 40 lines when it fails.
with_progress() {
  local log code=0 pid last
  log=$(mktemp)
  # No input: a question that nobody expects must not wait for an answer.
  "$@" >"$log" 2>&1 </dev/null &
  pid=$!
  # A command in the background does not hear Ctrl-C by itself.
  trap 'kill "$pid" 2>/dev/null || true; wait "$pid" 2>/dev/null || true; rm -f "$log"; exit 130' INT TERM
  local waited=0
  while kill -0 "$pid" 2>/dev/null; do
    sleep 0.5
    waited=$((waited + 1))
    last=$(tail -n 1 "$log" | tr -d '\r' | cut -c 1-100)
    if [[ -t 1 ]]; then
      printf '\r\033[K[%4ds] %s' "$(seconds)" "$last"
    elif ((waited % 20 == 0)); then
      step "  $last"
    fi
  done
  wait "$pid" || code=$?
  trap - INT TERM
  [[ ! -t 1 ]] || printf '\r\033[K'
  ((code == 0)) || tail -n 40 "$log" >&2
  rm -f "$log"
  return "$code"
}

# How many compilers at once: RLTRADER_JOBS, or as many as there are cores, and 1.5 GB of memory for each.
jobs_that_fit() {
  if [[ -n ${RLTRADER_JOBS:-} ]]; then
    echo "$RLTRADER_JOBS"
    return
  fi
  local cores fits
  cores=$(nproc)
  fits=$(awk '/^MemAvailable:/ {print int($2 / 1500000)}' /proc/meminfo 2>/dev/null || true)
  fits=${fits:-1}
  ((fits >= 1)) || fits=1
  echo $((cores < fits ? cores : fits))
}

# All folders that hold our C++.
code_folders=(domain ports wire messages learning sim http adapters actors runtime cli tests bench)

# Our C++ files, those of the folders given or all.
cpp_files() {
  local folder
  local -a there=()
  for folder in "${@:-${code_folders[@]}}"; do
    [[ ! -e $folder ]] || there+=("$folder")
  done
  ((${#there[@]} > 0)) || return 0
  find "${there[@]}" -name '*.[ch]pp' -type f | sort
}
