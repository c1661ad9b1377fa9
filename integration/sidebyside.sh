#!/usr/bin/env bash
# Measures ursula side by side with the reference server, in memory and on files,
# and with a bare handler, all in one run. Results go as JSON files to the
# directory BENCH_RESULTS (./bench-results); the tables go to the terminal.
set -euo pipefail
binary=${1:?path of ursula}
cd "$(dirname "${BASH_SOURCE[0]}")/.."
results=${BENCH_RESULTS:-bench-results}
mkdir -p "$results"
work=$(mktemp -d)
pids=()
finish() {
    for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
    wait
    rm -rf "$work"
}
trap finish EXIT

# A server's address, once it listens.
await() {
    local address=
    until address=$("$@") && [[ -n $address ]]; do sleep 0.05; done
    echo "$address"
}
printed() { sed -n 's/^listening //p' "$1"; }
ready() { curl -fsS -o /dev/null "http://127.0.0.1:$1/readyz" 2>/dev/null && echo ready; }

port=24437 admin=24438
"$binary" serve --listen "127.0.0.1:$port" --admin-listen "127.0.0.1:$admin" --data "$work/ursula" >"$work/ursula.log" 2>&1 &
pids+=($!)
await ready "$admin" >/dev/null
targets=(--target "ursula=http://127.0.0.1:$port/v1/stream,pid=$!")

for kind in memory file; do
    directory=()
    if [[ $kind == file ]]; then directory=("$work/reference"); fi
    node integration/peer/server.js "${directory[@]}" >"$work/$kind.log" 2>&1 &
    pids+=($!)
    address=$(await printed "$work/$kind.log")
    targets+=(--target "reference-$kind=$address/v1/stream,pid=$!")
done

compare() {
    local name=$1
    shift
    printf '\n== %s\n' "$name"
    "$binary" bench compare "${targets[@]}" --duration "${BENCH_DURATION:-5s}" --warmup 1s \
        --json "$results/$name.json" "$@" ||
        echo "(a server answered with errors: what stands in its column is not a result)"
}
compare append-500 --bare append --streams 500
compare append-50 --bare append --streams 50
compare append-1 --bare append --streams 1
compare fanout-1000 fanout --subscribers 1000 --rate 20
compare idle-1000 idle --subscribers 1000
compare catchup catchup
compare wake wake
