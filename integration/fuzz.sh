#!/usr/bin/env bash
# Runs every fuzz target of the module for the time given, such as 5s.
set -euo pipefail
time=${1:?how long for each target, such as 5s}
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# go test now and then reports the end of the fuzzing time as a failure of its
# own, when it comes while nothing is wrong: below the line that names the target
# there is then "context deadline exceeded" and nothing else. When it comes while a
# failing input is being made smaller, the same is there, and the input is told
# of elsewhere only.
fuzz() {
    go test -run '^$' -fuzz "^$2\$" -fuzztime "$time" "$1" 2>&1 | tee "$log" && return
    ! grep -qiE 'failing input|failure while|panic:' "$log" &&
        [[ $(sed -n '/^--- FAIL: /,/^FAIL$/p' "$log" | sed '1d;$d;/^fuzz: elapsed/d') == '    context deadline exceeded' ]]
}

found=0
while IFS=: read -r file target; do
    found=$((found + 1))
    printf '%s %s\n' "$(dirname "$file")" "$target"
    fuzz "./$(dirname "$file")" "$target"
done < <(grep -rEo --include='*_test.go' --exclude-dir=node_modules '^func Fuzz[A-Za-z0-9_]*' . |
    sed 's/:func /:/; s/^\.\///' | sort)

if ((found == 0)); then
    echo "no fuzz target was found"
    exit 1
fi
printf '%d fuzz targets ran for %s each\n' "$found" "$time"
