#!/usr/bin/env bash
# Measures a cluster of three nodes on this machine, with a single node beside it in the
# same run, and prints what it found against its goals. All nodes sync every append.
#
# Reports go as text and JSON files to the directory BENCH_RESULTS (./bench-results/cluster), data
# to a directory of its own below BENCH_DIR (/var/tmp), which must lie on a disk. It ends
# within BENCH_LIMIT seconds (560); what it did not come to is shown as not measured.
set -euo pipefail

self=$(realpath "${BASH_SOURCE[0]}")
base=${BENCH_PORT:-26400}
port() { echo $((base + 10 * $1)); } # of a node's streams; its admin and cluster ports follow

# start runs node $2 in directory $1. Nodes 1 to 3 are a cluster, 0 and 4 to 6 servers for
# themselves.
start() {
    local dir=$1 id=$2 port flags=()
    port=$(port "$id")
    if ((id > 0 && id < 4)); then
        flags=(--node-id "$id" --cluster-listen "127.0.0.1:$((port + 2))" --peers "$(
            printf '1=127.0.0.1:%d,2=127.0.0.1:%d,3=127.0.0.1:%d' $(($(port 1) + 2)) $(($(port 2) + 2)) $(($(port 3) + 2)))")
    fi
    "$dir/ursula" serve --listen "127.0.0.1:$port" --admin-listen "127.0.0.1:$((port + 1))" --data "$dir/$id" \
        --groups "$(<"$dir/groups")" --log-level warn "${flags[@]}" </dev/null >>"$dir/$id.log" 2>&1 &
    echo $! >"$dir/$id.pid"
    disown # so that the shell does not tell of each kill
}

# The load generator calls these two, to end a node and to bring it back.
case ${1:-} in
--kill) kill -9 "$(<"$2/$3.pid")" && exit ;;
--start) start "$2" "$3" && exit ;;
esac

binary=$(realpath "${1:?usage: clusterbench.sh BINARY}")
results=${BENCH_RESULTS:-bench-results/cluster}
limit=${BENCH_LIMIT:-560}
work=$(mktemp -d -p "${BENCH_DIR:-/var/tmp}" ursula-bench.XXXXXX)
mkdir -p "$results"
rm -f "$results"/*.{json,txt,log}

# end ends node $2 in directory $1 at once: nobody needs its data any more.
end() {
    local file=$1/$2.pid
    kill -9 "$(<"$file")" 2>/dev/null || true
    while kill -0 "$(<"$file")" 2>/dev/null; do sleep 0.05; done
    rm "$file"
}

# stop ends all nodes in directory $1.
stop() {
    local file
    for file in "$1"/*.pid; do
        if [[ -e $file ]]; then end "$1" "$(basename "$file" .pid)"; fi
    done
}
load=
finish() {
    if [[ $load ]]; then kill "$load" 2>/dev/null || true; fi
    for dir in "$work"/*/; do stop "$dir"; done
    rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM

system=$(df --output=fstype "$work" | tail -n 1)
busy=$(uptime | sed 's/.*average[s]*: *//')
case $system in
tmpfs | ramfs) echo "$work is on $system, which is no disk: set BENCH_DIR"; exit 1 ;;
esac

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

# nodes joins what is printed for each node of the cluster by commas.
nodes() { printf '%s,%s,%s' "$("$@" 1)" "$("$@" 2)" "$("$@" 3)"; }
url() { echo "http://127.0.0.1:$(port "$1")/v1/stream"; }
admin() { echo "http://127.0.0.1:$(($(port "$1") + 1))"; }
pid() { cat "$1/$2.pid"; }
usage() { echo "pid=$(pid "$dir" "$1")"; }

# begin starts the cluster in the new directory $1, with $2 groups, and waits for its
# leaders. The report of that is named $3.
begin() {
    dir=$work/$1
    mkdir "$dir"
    ln -s "$binary" "$dir/ursula"
    echo "$2" >"$dir/groups"
    for id in 1 2 3; do start "$dir" "$id"; done
    step "$3" ready --admin "$(nodes admin)" --limit 60s
}

# compare runs a load on the single node and on the cluster in turn: often and briefly, since
# a machine that others share is another one after some seconds.
compare() {
    step "$1" compare --rounds 7 --warmup 300ms --duration 1500ms \
        --target "single=$(url 0),pid=$(pid "$dir" 0)" --target "cluster=$(nodes url),$(nodes usage)" "${@:2}"
}

# apart is compare with a third target: three servers that know nothing of each other. They
# share the processors as the nodes of a cluster do, and ask nobody.
apart() {
    step "$1" compare --rounds 7 --warmup 300ms --duration 1500ms \
        --target "single=$(url 0),pid=$(pid "$dir" 0)" --target "cluster=$(nodes url),$(nodes usage)" \
        --target "apart=$(url 4),$(url 5),$(url 6),$(usage 4),$(usage 5),$(usage 6)" "${@:2}"
}

begin load 0 ready # 0: as many groups as the machine suggests
start "$dir" 0
step single ready --admin "$(admin 0)" --limit 60s
compare append-500 append --streams 500 --producer
compare append-100 append --streams 100 --producer
for round in 1 2 3; do
    step "datasync.$round" datasync --dir "$work" --warmup 0s --duration 2s
    step "append-1.$round" compare --rounds 1 --warmup 1s --duration 3s \
        --target "cluster=$(nodes url),$(nodes usage)" append --streams 1 --producer
done
compare fanout-1000 fanout --subscribers 1000 --rate 20
for id in 4 5 6; do start "$dir" "$id"; done
step apart ready --admin "$(admin 4),$(admin 5),$(admin 6)" --limit 60s
apart head-100 head --streams 100
apart head-500 head --streams 500
for id in 4 5 6; do end "$dir" "$id"; done
step failover failover --name cluster --url "$(nodes url)" --admin "$(nodes admin)" --settle 6s \
    --kill "'$self' --kill '$dir'" --restart "'$self' --start '$dir'"
stop "$dir"

for round in 1 2 3; do
    begin "idle.$round" 1024 "ready-1024.$round"
    step "idle-1024.$round" idle --name cluster --url "$(nodes url)" --pid "$(nodes pid "$dir")" \
        --subscribers 0 --warmup 15s --duration 10s
    stop "$dir"
done

printf '\nThree nodes on %s cores, data on %s, %d s in all. Load of the machine before: %s.\n\n' \
    "$(nproc)" "$system" "$SECONDS" "$busy"
"$binary" bench goals "$results"
