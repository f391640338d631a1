#!/usr/bin/env bash
# A Docker engine for a machine that has none: engine.sh start | stop | status
#
# start   does nothing where an engine answers. Otherwise, for root on a Debian-like system, it installs
#         docker.io, iptables and bubblewrap where they are missing (not with PYGENT_NO_INSTALL=1), clears away
#         what a killed daemon left behind, starts dockerd detached, and waits until it answers.
# stop    ends the daemon that `start` started, and no other.
# status  says whether an engine answers; exit 0 or 1.
#
# The daemon's output and the note of what was started are in .cache/engine/.
# PYGENT_ENGINE_RUN=DIR keeps the daemon's pid file, socket and data below DIR, apart from the system's engine.
set -uo pipefail

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
state=${PYGENT_ENGINE_STATE:-$root/.cache/engine}
run=${PYGENT_ENGINE_RUN:-/var/run}
log=$state/dockerd.log
note=$state/started
wait_seconds=${PYGENT_ENGINE_WAIT:-60}
flags=()
if [[ -n ${PYGENT_ENGINE_RUN:-} ]]; then
    flags=(--pidfile "$run/docker.pid" --exec-root "$run/docker" --data-root "$run/data"
        -H "unix://$run/docker.sock" --bridge=none --iptables=false)
fi
if [[ -n ${PYGENT_ENGINE_RUN:-} ]]; then
    address=unix://$run/docker.sock
else
    address=${DOCKER_HOST:-unix:///var/run/docker.sock}
fi

say() { printf 'engine: %s\n' "$*" >&2; }

fail() {
    say "$@"
    exit 1
}

answers() {
    python3 - "$address" <<'PYTHON' 2>/dev/null
import socket, sys
from urllib.parse import urlsplit
url = urlsplit(sys.argv[1])
if url.scheme == "unix":
    link = socket.socket(socket.AF_UNIX)
    link.settimeout(5)
    link.connect(url.path)
elif url.scheme in ("tcp", "http"):
    link = socket.create_connection((url.hostname, url.port or 2375), timeout=5)
else:
    sys.exit(1)
link.sendall(b"GET /_ping HTTP/1.0\r\nHost: docker\r\n\r\n")
sys.exit(0 if b" 200 " in link.recv(64) else 1)
PYTHON
}

# The start of a process in clock ticks: with its number it names one process for ever.
started_at() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20; }

# Whether a process lives; one that nobody has collected yet does not.
lives() { [[ -d /proc/$1 && $(sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -c1) != Z ]]; }

# The name of a living process.
program_of() { lives "$1" && cat "/proc/$1/comm" 2>/dev/null; }

end() { # pid, seconds: ask it to end, then insist
    local tenths=$(($2 * 10))
    kill -TERM "$1" 2>/dev/null
    while ((tenths-- > 0)); do
        lives "$1" || return 0
        sleep 0.1
    done
    kill -KILL "$1" 2>/dev/null
}

need_tools() {
    local missing=()
    command -v dockerd >/dev/null || missing+=(docker.io)
    command -v iptables >/dev/null || missing+=(iptables)
    command -v bwrap >/dev/null || missing+=(bubblewrap)
    [[ ${#missing[@]} -eq 0 ]] && return
    if ! command -v apt-get >/dev/null; then
        fail "no Docker engine answers, and this is no Debian-like system: install Docker, start it, and run again"
    fi
    if [[ ${PYGENT_NO_INSTALL:-} == 1 ]]; then
        command -v dockerd >/dev/null && return
        fail "no Docker engine answers, and PYGENT_NO_INSTALL=1 forbids installing: apt-get install ${missing[*]}"
    fi
    say "installing ${missing[*]}"
    export DEBIAN_FRONTEND=noninteractive
    {
        apt-get update -q &&
            apt-get install -q -y --no-install-recommends "${missing[@]}"
    } >>"$state/install.log" 2>&1 </dev/null
    command -v dockerd >/dev/null || fail "installing failed; see $state/install.log"
}

clear_stale() {
    local pid
    if [[ -f $run/docker.pid ]]; then
        pid=$(tr -dc 0-9 <"$run/docker.pid")
        if [[ -n $pid && $(program_of "$pid") == dockerd* ]]; then
            fail "dockerd ($pid) runs but does not answer at $address: look at its output, or end it, and run again"
        fi
        say "removing the pid file of a dead daemon"
        rm -f "$run/docker.pid"
    fi
    if [[ -f $run/docker/containerd/containerd.pid ]]; then
        pid=$(tr -dc 0-9 <"$run/docker/containerd/containerd.pid")
        if [[ -n $pid && $(program_of "$pid") == containerd* ]]; then
            say "ending the containerd ($pid) of a dead daemon"
            end "$pid" 5
        fi
        rm -f "$run/docker/containerd/containerd.pid" "$run"/docker/containerd/*.sock*
    fi
    if [[ -S $run/docker.sock ]]; then
        rm -f "$run/docker.sock"
    fi
}

launch() { # further flags; 0 where the engine answers in the end
    : >"$log"
    setsid dockerd "${flags[@]}" "$@" >>"$log" 2>&1 </dev/null 9>&- &
    local pid=$! tenths=$((wait_seconds * 10))
    printf '%s %s\n' "$pid" "$(started_at "$pid")" >"$note"
    while ((tenths-- > 0)); do
        answers && return 0
        lives "$pid" || break
        sleep 0.1
    done
    end "$pid" 5
    rm -f "$note"
    return 1
}

start() {
    if answers; then
        say "an engine answers at $address"
        return
    fi
    if [[ -n ${DOCKER_HOST:-} && -z ${PYGENT_ENGINE_RUN:-} && $address != unix:///var/run/docker.sock ]]; then
        fail "nothing answers at DOCKER_HOST=$DOCKER_HOST: start that engine, or unset DOCKER_HOST"
    fi
    if [[ $(id -u) -ne 0 ]]; then
        fail "no Docker engine answers, and only root can start one: start Docker (or a rootless engine and set" \
            "DOCKER_HOST), or run scripts/engine.sh start as root"
    fi
    mkdir -p "$state" "$run"
    exec 9>"$state/lock"
    flock 9
    answers && return
    need_tools
    clear_stale
    launch && say "started dockerd; its output is in $log" && return
    if [[ ${#flags[@]} -eq 0 ]] && grep -qiE 'iptables|nat table|bridge' "$log"; then
        say "dockerd cannot set up networking here; sandboxes need none: starting it without"
        clear_stale
        launch --bridge=none --iptables=false && return
    fi
    tail -n 5 "$log" >&2
    fail "dockerd does not start; its output is in $log"
}

stop() {
    if [[ ! -f $note ]]; then
        say "nothing to stop: no engine was started from here"
        return
    fi
    local pid began
    read -r pid began <"$note"
    if [[ -n $pid && $(started_at "$pid") == "$began" ]] && lives "$pid"; then
        end "$pid" 30
        say "stopped dockerd ($pid)"
    else
        say "the engine that was started from here has ended already"
    fi
    rm -f "$note"
}

status() {
    answers || fail "no engine answers at $address: scripts/engine.sh start"
    say "an engine answers at $address"
}

case ${1:-} in
    start | stop | status) "$1" ;;
    *)
        printf 'usage: %s start|stop|status\n' "$0" >&2
        exit 2
        ;;
esac
