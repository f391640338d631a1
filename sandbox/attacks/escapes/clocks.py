"""Clocks set, slowed and stepped"""

import ctypes
import time

from tools import call, stopped


def attack():
    moment = (ctypes.c_long * 2)(1, 0)
    change = ctypes.create_string_buffer(256)
    ctypes.memmove(change, ctypes.byref(ctypes.c_uint(0x8000 | 1)), 4)
    return {
        "settimeofday": call((164, 170), moment, 0),
        "clock_settime": stopped(time.clock_settime, time.CLOCK_REALTIME, 1.0),
        "adjtimex": call((159, 171), change),
        "clock_adjtime": call((305, 266), 0, change),
        "time namespace": call((272, 97), 0x80),
    }
