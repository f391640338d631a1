"""Limits password guesses: a few free tries per address, then growing waits, for that address only."""

from __future__ import annotations

import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable

FREE = 5  # wrong passwords in a row without a wait
FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0  # seconds; each further wrong password doubles the wait
MOST_CLIENTS = 10_000  # most addresses to remember


class Guesses:
    """Counts wrong passwords by address.

    While an address must wait, its password is not even compared, so trying faster finds nothing.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._wrong: OrderedDict[str, tuple[int, float]] = (
            OrderedDict()
        )  # count, and when the next try is allowed

    def wait(self, address: str) -> float:
        """Seconds until this address may try again."""
        _, then = self._wrong.get(_client(address), (0, 0.0))
        return max(0.0, then - self._clock())

    def wrong(self, address: str) -> None:
        client = _client(address)
        count = self._wrong.pop(client, (0, 0.0))[0] + 1
        beyond = count - FREE
        wait = min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** min(beyond, 20)) if beyond >= 0 else 0.0
        self._wrong[client] = (count, self._clock() + wait)
        if len(self._wrong) > MOST_CLIENTS:
            self._wrong.popitem(last=False)

    def right(self, address: str) -> None:
        self._wrong.pop(_client(address), None)


def _client(address: str) -> str:
    """The client behind an address. Who has one IPv6 address usually has the whole /64 network."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, 64), strict=False))
