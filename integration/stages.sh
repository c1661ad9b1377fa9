#!/usr/bin/env bash
# Runs make targets one after the other, all of them even if one fails, and ends
# with a table of how each went.
set -uo pipefail

summary=()
failed=0
for stage in "$@"; do
    printf '\n== %s\n' "$stage"
    began=$SECONDS
    if "${MAKE:-make}" --no-print-directory "$stage"; then
        verdict=ok
    else
        verdict=FAILED
        failed=$((failed + 1))
    fi
    summary+=("$(printf '%-18s %-6s %4d s' "$stage" "$verdict" $((SECONDS - began)))")
done

printf '\n== summary\n'
printf '%s\n' "${summary[@]}"
if ((failed > 0)); then
    printf '%d of %d stages failed, %d s\n' "$failed" "$#" "$SECONDS"
    exit 1
fi
printf 'all %d stages passed, %d s\n' "$#" "$SECONDS"
