#!/usr/bin/env bash
# Makes .venv with the locked dependencies and this checkout installed in it.
set -euo pipefail
cd "$(dirname "$0")/.."

python=""
for candidate in "${PYTHON:-}" python3 python3.14 python3.13 python3.12 python3.11; do
    [ -n "$candidate" ] || continue
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        python=$candidate
        break
    fi
done
if [ -z "$python" ]; then
    echo "venv: no Python 3.11 or newer found; install one, or name it: PYTHON=/path/to/python make ..." >&2
    exit 1
fi
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    if [ "$(id -u)" = 0 ] && [ -z "${PYGENT_NO_INSTALL:-}" ] && command -v apt-get >/dev/null; then
        echo "venv: installing python3-venv"
        apt-get update -q >/dev/null
        DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends python3-venv >/dev/null
    else
        echo "venv: $python cannot make virtual environments; on Debian or Ubuntu: apt-get install python3-venv" >&2
        exit 1
    fi
fi
rm -f .venv/ready
[ -x .venv/bin/python ] && .venv/bin/python -c 'import pip' 2>/dev/null || "$python" -m venv --clear .venv
echo "venv: installing dependencies (about a minute the first time)"
.venv/bin/python -m pip install -qq --disable-pip-version-check -r requirements.lock
.venv/bin/python -m pip install -qq --disable-pip-version-check --no-deps --editable .
.venv/bin/python -m compileall -q src || true
touch .venv/ready
