"""The environment that other people's programs get: no keys, except those that are named."""

from __future__ import annotations

import os
import re

_PASSED = re.compile(
    r"PATH|HOME|USER|LOGNAME|SHELL|TERM|COLORTERM|TZ|PWD|TMPDIR|LANG|LANGUAGE|LC_\w+|VIRTUAL_ENV|PYGENT_HOME"
    r"|XDG_\w+|DISPLAY|WAYLAND_DISPLAY|DBUS_SESSION_BUS_ADDRESS"
)


def without_keys(*named: str, more: str = "") -> dict[str, str]:
    """The variables that every program may have, the `named` ones, and those whose names match `more`."""
    also = re.compile(more) if more else None
    return {
        name: value
        for name, value in os.environ.items()
        if name in named or _PASSED.fullmatch(name) or (also is not None and also.fullmatch(name))
    }
