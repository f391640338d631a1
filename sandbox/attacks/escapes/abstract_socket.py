"""An abstract Unix socket for the neighbour to connect to"""

import socket

from tools import stopped

LOOPBACK = True
kept = []


def attack():
    one = socket.socket(socket.AF_UNIX)
    one.bind("\0pygent-attack")
    one.listen()
    tcp = socket.socket()
    tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    tcp.bind(("127.0.0.1", 48123))
    tcp.listen()
    kept.extend((one, tcp))
    check = socket.socket(socket.AF_UNIX)
    check.connect("\0pygent-attack")
    return {"listening": "only in its own box"}


def neighbour():
    def unix():
        with socket.socket(socket.AF_UNIX) as one:
            one.connect("\0pygent-attack")

    def tcp():
        with socket.create_connection(("127.0.0.1", 48123), 1):
            pass

    return {"its abstract socket": stopped(unix), "its port": stopped(tcp)}
