"""Out of a box with sockets: TCP, UDP, DNS, the metadata address, the host, other families"""

import socket

from tools import stopped

LOOPBACK = True
PLACES = ("169.254.169.254", "172.17.0.1", "10.0.0.1", "192.168.0.1", "8.8.8.8", "255.255.255.255")


def connect(family, kind, place):
    with socket.socket(family, kind) as one:
        one.settimeout(0.1)
        one.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        one.connect(place)
        one.send(b"x")


def attack():
    tried = {}
    for address in PLACES:
        for kind, port in ((socket.SOCK_STREAM, 80), (socket.SOCK_STREAM, 53), (socket.SOCK_DGRAM, 53)):
            tried[f"{address}:{port}"] = stopped(connect, socket.AF_INET, kind, (address, port))
    for address in ("fe80::1", "2001:4860:4860::8888"):
        tried[address] = stopped(connect, socket.AF_INET6, socket.SOCK_DGRAM, (address, 53))
    tried["a name"] = stopped(socket.getaddrinfo, "example.com", 80)
    for path in ("/var/run/docker.sock", "/run/docker.sock", "/run/containerd/containerd.sock", "\0docker"):
        tried[repr(path)] = stopped(connect, socket.AF_UNIX, socket.SOCK_STREAM, path)
    for family in (socket.AF_NETLINK, socket.AF_PACKET, socket.AF_ALG, socket.AF_VSOCK, 44, 30):
        tried[f"family {family}"] = stopped(socket.socket, family, socket.SOCK_RAW)
    tried["raw"] = stopped(lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, 1).close())
    return tried
