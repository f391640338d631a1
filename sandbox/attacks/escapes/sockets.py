"""Sockets of every family: TCP, UDP, raw, packet, netlink, vsock, unix"""

import socket

from tools import stopped

FAST = True


def attack():
    tried = {}
    for family in range(1, 46):
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW, socket.SOCK_SEQPACKET):
            tried[f"family {family} kind {kind}"] = stopped(socket.socket, family, kind)
    with open("/proc/self/net/dev") as stream:
        others = [line.split(":")[0].strip() for line in stream if ":" in line]
    tried["interfaces"] = "only loopback" if others == ["lo"] else ""
    return tried
