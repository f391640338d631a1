#!/usr/bin/env bash
# Runs a command with a Docker engine: one that answers already, or one started for it and stopped after it.
# Without one the command runs all the same: with bubblewrap where there is that, else it says what is missing.
set -uo pipefail
here=$(dirname "$0")

trap : INT  # the command hears Ctrl-C too, and ends itself
started=1
if ! "$here/engine.sh" start; then
    started=
    command -v bwrap >/dev/null && echo "engine: going on without one, in bubblewrap" >&2
fi
"$@"
code=$?
[[ -z $started ]] || "$here/engine.sh" stop
exit $code
