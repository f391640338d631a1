#!/usr/bin/env bash
# Runs lint and the tests, or the campaigns, and says how long that took: tests.sh test|campaigns MINUTES
#
# What times nothing runs in two processes at once, file by file; what is marked `timed` runs after it, alone.
# MINUTES is what it is allowed on two quiet cores.
set -uo pipefail
cd "$(dirname "$0")/.."
what=$1 minutes=$2
case $what in
    test) marks="not campaign" ;;
    campaigns) marks="campaign" ;;
    *) echo "usage: $0 test|campaigns MINUTES" >&2 && exit 2 ;;
esac

if [[ $what == test ]] && ! make --no-print-directory lint; then
    exit 1
fi
code=0
scripts/with-engine.sh bash -c '
    code=0
    .venv/bin/python -m pytest -m "$0 and not timed" -n 2 --dist loadfile --no-loadscope-reorder --durations=15 || code=$?
    .venv/bin/python -m pytest -m "$0 and timed" --durations=5 || code=$?
    exit $code' "$marks" || code=$?
printf 'make %s: %d min %02d s, %d %% of its %d minutes\n' \
    "$what" $((SECONDS / 60)) $((SECONDS % 60)) $((SECONDS * 100 / (minutes * 60))) "$minutes"
exit "$code"
