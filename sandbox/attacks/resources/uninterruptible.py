"""A parent that sleeps uninterruptibly for a child that never ends (clone with CLONE_VFORK)"""

import signal

from tools import COLUMN, libc, wait

ENDS = ("timeout",)
VFORK = 0x4000


def attack():
    libc.syscall((56, 220)[COLUMN], VFORK | signal.SIGCHLD, 0, 0, 0, 0)
    signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
    wait()
