"""One program that serves every function of a package: which one, each call says."""

from __future__ import annotations

from collections.abc import Iterable

FILE = "pygent_dispatch.py"
ENTRY = "pygent_dispatch:call"

_SOURCE = """\
import importlib

functions = {{}}
for module in {modules!r}:
    importlib.import_module(module)


def call(name, /, *args, **kwargs):
    function = functions.get(name)
    if function is None:
        module, _, qualified = name.partition(":")
        function = importlib.import_module(module)
        for part in qualified.split("."):
            function = getattr(function, part)
        functions[name] = function
    return function(*args, **kwargs)
"""


def source(modules: Iterable[str]) -> str:
    """The text of `FILE`. It imports `modules` when it is loaded, so that a broken one is found at once;
    the first argument of a call is then the function, as `module:qualified.name`."""
    return _SOURCE.format(modules=sorted(modules))
