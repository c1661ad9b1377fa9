#!/usr/bin/env bash
# Measures a cluster of three nodes on this machine against its goals, with a single
# node beside it in the same run. Every append is synced. Reports go as JSON files to
# the directory BENCH_RESULTS (./bench-results/cluster), the data to a directory below
# BENCH_DIR (/var/tmp), which must lie on a disk. It ends within BENCH_LIMIT (470)
# seconds: what it did not come to is shown as not measured.
set -euo pipefail

self=$(realpath "${BASH_SOURCE[0]}")
base=${BENCH_PORT:-26400} # node N listens on base+10N, its admin address is the next port

# start starts node $2 of the cluster in directory $1.
start() {
    local dir=$1 id=$2 port=$((base + 10 * $2))
    # shellcheck disable=SC2046 # the flags are words
    "$dir/ursula" serve $(<"$dir/flags") --node-id "$id" --data "$dir/$id" \
        --listen "127.0.0.1:$port" --admin-listen "127.0.0.1:$((port + 1))" \
        </dev/null >>"$dir/$id.log" 2>&1 &
    echo $! >"$dir/$id.pid"
}

# The load generator calls these two to kill and to restart a node.
case ${1:-} in
--start) start "$2" "$3" && exit ;;
--kill) kill -9 "$(<"$2/$3.pid")" && exit ;;
esac

binary=$(realpath "${1:?usage: clusterbench.sh BINARY}")
results=${BENCH_RESULTS:-bench-results/cluster}
limit=${BENCH_LIMIT:-470}
work=$(mktemp -d -p "${BENCH_DIR:-/var/tmp}" ursula-bench.XXXXXX)
trap finish EXIT
trap 'exit 130' INT TERM

finish() {
    stop "$work"/*
    rm -rf "$work"
}

# stop ends all nodes of the clusters in the directories given.
stop() {
    local pid pids
    mapfile -t pids < <(for dir in "$@"; do cat "$dir"/*.pid 2>/dev/null || true; done)
    for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
    for pid in "${pids[@]}"; do
        for _ in {1..100}; do kill -0 "$pid" 2>/dev/null || continue 2; sleep 0.1; done
        kill -9 "$pid" 2>/dev/null || true
    done
    for dir in "$@"; do rm -f "$dir"/*.pid; done
}

# prepare makes the directory of a server: its name, the flags of all its nodes.
prepare() {
    mkdir "$work/$1"
    ln -s "$binary" "$work/$1/ursula"
    echo "--log-level warn ${*:2}" >"$work/$1/flags"
}

# cluster starts the three nodes of the cluster in directory $1 and waits for leaders.
# The report of that wait is named $2.
cluster() {
    for id in 1 2 3; do start "$work/$1" "$id"; done
    step "$2" ready --admin "$admins" --limit 60s
}

# step runs a load of bench in what is left of the time; its report is named $1. A load
# that fails is told, and the others go on: its goals are shown as not measured.
step() {
    local name=$1 left=$((limit - SECONDS))
    shift
    printf '\n== %s, after %d s\n' "$name" "$SECONDS"
    if ((left < 1)); then echo "(no time is left)"; return; fi
    timeout "$left" "$binary" bench "$@" --fsync yes --json "$results/$name.json" ||
        echo "(failed: what it measured is not a result)"
}

# compare runs a load on the single node and on the cluster in turn, three rounds.
compare() {
    step "$1" compare "${targets[@]}" --rounds 3 --warmup 1s --duration 3s "${@:2}"
}

urls=() admins=() peers=()
for id in 1 2 3; do
    port=$((base + 10 * id))
    urls+=("http://127.0.0.1:$port/v1/stream")
    admins+=("http://127.0.0.1:$((port + 1))")
    peers+=("$id=127.0.0.1:$((port + 2))")
done
join() { local IFS=,; echo "$*"; }
urls=$(join "${urls[@]}") admins=$(join "${admins[@]}") peers=$(join "${peers[@]}")
pids() { join "$(<"$work/$1/1.pid")" "$(<"$work/$1/2.pid")" "$(<"$work/$1/3.pid")"; }
