#!/usr/bin/env bash
# Starts three nodes of one cluster on this machine, with their data below
# $DATA (./data/cluster), and prints how to play with them. Ctrl-C ends them.
set -euo pipefail

binary=${1:?usage: playground.sh BINARY}
data=${DATA:-./data/cluster}
peers=1=127.0.0.1:5437,2=127.0.0.1:5447,3=127.0.0.1:5457

nodes=()
stop() {
    trap - EXIT INT TERM
    kill "${nodes[@]}" 2>/dev/null || true
    wait "${nodes[@]}" 2>/dev/null || true
}
trap stop EXIT INT TERM

for id in 1 2 3; do
    ten=$((id - 1))
    mkdir -p "$data/$id"
    "$binary" serve --node-id "$id" --listen "127.0.0.1:44${ten}7" --admin-listen "127.0.0.1:44${ten}8" \
        --data "$data/$id" --cluster-listen "127.0.0.1:$((5437 + 10 * ten))" --peers "$peers" \
        >"$data/$id/out.log" 2>"$data/$id/err.log" &
    nodes+=($!)
done

for id in 1 2 3; do
    until curl -fs "http://127.0.0.1:44$((id - 1))8/readyz" >/dev/null; do
        kill -0 "${nodes[$((id - 1))]}" 2>/dev/null || { cat "$data/$id/err.log"; exit 1; }
        sleep 0.1
    done
done

cat <<EOF
Three nodes of one cluster:

  node  streams                           admin                   process
  1     http://127.0.0.1:4407/v1/stream/  http://127.0.0.1:4408   ${nodes[0]}
  2     http://127.0.0.1:4417/v1/stream/  http://127.0.0.1:4418   ${nodes[1]}
  3     http://127.0.0.1:4427/v1/stream/  http://127.0.0.1:4428   ${nodes[2]}

Write through one node, follow on another:
  curl -X PUT http://127.0.0.1:4407/v1/stream/hello -H 'Content-Type: text/plain' -d 'Hello, stream!'
  curl -N 'http://127.0.0.1:4427/v1/stream/hello?offset=-1&live=sse'

See who leads what, take a node out of service, or kill one and go on writing:
  $binary ctl cluster status --admin http://127.0.0.1:4408
  $binary ctl cluster drain 2 --admin http://127.0.0.1:4408
  kill -9 ${nodes[2]}

Data and logs: $data. Ctrl-C ends all three.
EOF
wait
