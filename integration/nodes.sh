# Nodes for measurements on this machine: how they are started and ended, and where they
# are. A script reads it by `source`. A directory holds the program as ./ursula, the number
# of groups in ./groups, and for each node its data, its log, and its process id in N.pid.

base=${BENCH_PORT:-26400}
port() { echo $((base + 10 * $1)); } # of a node's streams; its admin and cluster ports follow
url() { echo "http://127.0.0.1:$(port "$1")/v1/stream"; }
admin() { echo "http://127.0.0.1:$(($(port "$1") + 1))"; }
link() { echo "127.0.0.1:$(($(port "$1") + 2))"; }
pid() { cat "$1/$2.pid"; }

# joined prints by commas what a function prints for each of some nodes.
joined() {
    local function=$1 node all=()
    shift
    for node; do all+=("$("$function" "$node")"); done
    (IFS=, && echo "${all[*]}")
}

# settle makes the directory $work, below BENCH_DIR, on a disk. When the script ends, so do
# the nodes in its directories, and the load of which $load is the process id.
work= load=
settle() {
    work=$(mktemp -d -p "${BENCH_DIR:-/var/tmp}" ursula-bench.XXXXXX)
    trap leave EXIT
    trap 'exit 130' INT TERM
    system=$(df --output=fstype "$work" | tail -n 1)
    case $system in
    tmpfs | ramfs) echo "$work is on $system, which is no disk: set BENCH_DIR" && exit 1 ;;
    esac
}
leave() {
    local dir
    if [[ $load ]]; then kill "$load" 2>/dev/null || true; fi
    for dir in "$work"/*/; do stop "$dir"; done
    rm -rf "$work"
}

# prepare makes directory $1 for nodes of program $2 with $3 groups, 0 for as many as the
# machine suggests.
prepare() {
    mkdir "$1"
    ln -s "$2" "$1/ursula"
    echo "$3" >"$1/groups"
}

# start runs node $2 in directory $1, as a member of the cluster of the nodes $3 and on, or
# for itself.
start() {
    local dir=$1 id=$2 port member flags=()
    port=$(port "$id")
    shift 2
    if (($# > 0)); then
        peer() { echo "$1=$(link "$1")"; }
        flags=(--node-id "$id" --cluster-listen "$(link "$id")" --peers "$(joined peer "$@")")
    fi
    "$dir/ursula" serve --listen "127.0.0.1:$port" --admin-listen "127.0.0.1:$((port + 1))" --data "$dir/$id" \
        --groups "$(<"$dir/groups")" --log-level warn "${flags[@]}" </dev/null >>"$dir/$id.log" 2>&1 &
    echo $! >"$dir/$id.pid"
    disown # so that the shell does not tell of each kill
}

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

# pids prints the process ids of nodes $2 and on in directory $1, by commas.
pids() {
    local dir=$1
    one() { pid "$dir" "$1"; }
    joined one "${@:2}"
}

# target is nodes $3 and on, which run in directory $1, as a --target called $2.
target() {
    local dir=$1 name=$2
    used() { echo "pid=$(pid "$dir" "$1")"; }
    echo "$name=$(joined url "${@:3}"),$(joined used "${@:3}")"
}
