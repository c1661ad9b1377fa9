#!/usr/bin/env bash
# Compares two programs of ursula: a cluster of three nodes of each on this machine, which
# take turns of a second. So what the machine does meanwhile hits both alike, and a few
# percent show where runs a minute apart differ by half. All nodes sync every append.
#
# It prints for each load the median of the turns' ratios. BENCH_ROUNDS (12) says how many
# turns, BENCH_DIR (/var/tmp) where the data lies.
set -euo pipefail
source "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/nodes.sh"

usage='usage: turns.sh OLD NEW [append-N|head-N|fanout-N ...]'
old=$(realpath "${1:?$usage}") new=$(realpath "${2:?$usage}")
shift 2
if (($# == 0)); then set -- append-1 append-100 append-500 head-100 head-500 fanout-1000; fi
settle

prepare "$work/old" "$old" 0
prepare "$work/new" "$new" 0
for id in 1 2 3; do start "$work/old" "$id" 1 2 3; done
for id in 4 5 6; do start "$work/new" "$id" 4 5 6; done
"$new" bench ready --admin "$(joined admin 1 2 3 4 5 6)" --limit 60s >/dev/null

for workload; do
    count=${workload##*-}
    case $workload in
    append-*) words=(append --streams "$count" --producer) ;;
    head-*) words=(head --streams "$count") ;;
    fanout-*) words=(fanout --subscribers "$count" --rate 20) ;;
    *) echo "$usage" && exit 2 ;;
    esac
    "$new" bench compare --rounds "${BENCH_ROUNDS:-12}" --warmup 300ms --duration 1s --fsync yes \
        --target "$(target "$work/old" old 1 2 3)" --target "$(target "$work/new" new 4 5 6)" \
        "${words[@]}" >"$work/report" 2>"$work/log" &
    load=$!
    wait "$load" || { cat "$work/log" && exit 1; }
    load=
    sed '/stated, not measured/,$d' "$work/report" # each turn by itself comes after it
done
