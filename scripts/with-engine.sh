#!/usr/bin/env bash
# Runs a command with a Docker engine: one that answers already, or one started for it and stopped after it.
# Without one the command runs all the same, and says itself what it cannot do.
set -uo pipefail
here=$(dirname "$0")

trap : INT  # the command hears Ctrl-C too, and ends itself
"$here/engine.sh" start
"$@"
code=$?
"$here/engine.sh" stop
exit $code
