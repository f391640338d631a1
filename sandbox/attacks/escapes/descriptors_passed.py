"""Descriptors passed around: SCM_RIGHTS, a pipe reopened through /proc, the host's end looked for"""

import array
import os
import socket
import stat

from tools import Channel, stopped


def attack():
    channel = Channel()
    own = {0, 1, 2, channel.result, channel.lines}
    found = []
    for descriptor in range(512):
        try:
            mode = os.fstat(descriptor).st_mode
        except OSError:
            continue
        if descriptor not in own and (stat.S_ISSOCK(mode) or stat.S_ISFIFO(mode)):
            found.append(descriptor)
    tried = {"a channel of the runner": "none open" if not found else ""}
    one, other = socket.socketpair()
    one.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [channel.result]))])
    other.recvmsg(1, 256)
    tried["PID 1's descriptors"] = stopped(os.open, "/proc/1/fd/3", os.O_RDWR)
    tried["PID 1's first"] = stopped(os.open, "/proc/1/fd/0", os.O_RDWR)
    tried["the console"] = stopped(os.open, "/dev/console", os.O_RDWR)
    tried["a terminal"] = stopped(os.open, "/dev/tty", os.O_RDWR)
    tried["standard input"] = "empty" if os.read(0, 100) == b"" else ""
    return tried
