#!/usr/bin/env bash
# Measures a cluster of three nodes on this machine, with a single node beside it in the
# same run, and prints what it found against its goals. All nodes sync every append.
#
# Reports go as text and JSON files to the directory BENCH_RESULTS (./bench-results/cluster), data
# to a directory of its own below BENCH_DIR (/var/tmp), which must lie on a disk. It ends
# within BENCH_LIMIT seconds (560); what it did not come to is shown as not measured.
set -euo pipefail

self=$(realpath "${BASH_SOURCE[0]}")
source "$(dirname "$self")/nodes.sh"

# The load generator calls these two, to end a node and to bring it back.
case ${1:-} in
--kill) kill -9 "$(<"$2/$3.pid")" && exit ;;
--start) start "$2" "$3" 1 2 3 && exit ;;
esac

binary=$(realpath "${1:?usage: clusterbench.sh BINARY}")
results=${BENCH_RESULTS:-bench-results/cluster}
limit=${BENCH_LIMIT:-560}
mkdir -p "$results"
rm -f "$results"/*.{json,txt,log}
settle
busy=$(uptime | sed 's/.*average[s]*: *//')

# step runs a load in what is left of the time, and names its reports $1. One that fails
# is told, and the others go on.
step() {
    local report=$results/$1 left=$((limit - SECONDS))
    printf '%4d s  %s\n' "$SECONDS" "$1"
    if ((left < 1)); then echo "        no time is left for it" && return; fi
    timeout "$left" "$binary" bench "${@:2}" --fsync yes --json "$report.json" >"$report.txt" 2>"$report.log" &
    load=$! # in the background, so that a signal need not wait for its end
    wait "$load" ||
        { tail -n 5 "$report.log" && echo "        failed, see $report.txt"; }
    load=
}

# Node 0 is a server for itself, 1 to 3 are the cluster, 4 to 6 servers for themselves again.
cluster=(1 2 3) alone=(4 5 6)

# begin starts the cluster in the new directory $1, with $2 groups, and waits for its
# leaders. The report of that is named $3.
begin() {
    dir=$work/$1
    prepare "$dir" "$binary" "$2"
    for id in "${cluster[@]}"; do start "$dir" "$id" "${cluster[@]}"; done
    step "$3" ready --admin "$(joined admin "${cluster[@]}")" --limit 60s
}

# compare runs a load on the single node and on the cluster in turn, and on more targets if
# apart holds some: often and briefly, since a machine that others share is another one
# after some seconds.
apart=()
compare() {
    step "$1" compare --rounds 7 --warmup 300ms --duration 1500ms --target "$(target "$dir" single 0)" \
        --target "$(target "$dir" cluster "${cluster[@]}")" "${apart[@]}" "${@:2}"
}

begin load 0 ready # 0: as many groups as the machine suggests
start "$dir" 0
step single ready --admin "$(admin 0)" --limit 60s
compare append-500 append --streams 500 --producer
compare append-100 append --streams 100 --producer
for round in 1 2 3; do
    step "datasync.$round" datasync --dir "$work" --warmup 0s --duration 2s
    step "append-1.$round" compare --rounds 1 --warmup 1s --duration 3s \
        --target "$(target "$dir" cluster "${cluster[@]}")" append --streams 1 --producer
done
compare fanout-1000 fanout --subscribers 1000 --rate 20
# Three servers that know nothing of each other share the processors as the nodes of a
# cluster do, and ask nobody.
for id in "${alone[@]}"; do start "$dir" "$id"; done
step apart ready --admin "$(joined admin "${alone[@]}")" --limit 60s
apart=(--target "$(target "$dir" apart "${alone[@]}")")
compare head-100 head --streams 100
compare head-500 head --streams 500
for id in "${alone[@]}"; do end "$dir" "$id"; done
step failover failover --name cluster --url "$(joined url "${cluster[@]}")" \
    --admin "$(joined admin "${cluster[@]}")" --settle 6s \
    --kill "'$self' --kill '$dir'" --restart "'$self' --start '$dir'"
stop "$dir"

for round in 1 2 3; do
    begin "idle.$round" 1024 "ready-1024.$round"
    step "idle-1024.$round" idle --name cluster --url "$(joined url "${cluster[@]}")" \
        --pid "$(pids "$dir" "${cluster[@]}")" --subscribers 0 --warmup 15s --duration 10s
    stop "$dir"
done

printf '\nThree nodes on %s cores, data on %s, %d s in all. Load of the machine before: %s.\n\n' \
    "$(nproc)" "$system" "$SECONDS" "$busy"
"$binary" bench goals "$results"
