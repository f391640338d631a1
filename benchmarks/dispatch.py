"""One program that serves every function of a package: which one, each call says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sandbox.types import Program
from target_modules.manifest import Target

FOLDER = ".pygent"  # in the box, for files that are not the target's
FILE = f"{FOLDER}/pygent_dispatch.py"
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


def program(target: Target, files: Mapping[str, str | bytes], modules: Iterable[str]) -> Program:
    """Imports `modules` when it is loaded, so that a broken one is found at once. The first argument of a
    call is the function, as `module:qualified.name`."""
    text = _SOURCE.format(modules=sorted(modules))
    return Program({**files, FILE: text}, ENTRY, (*target.manifest.pythonpath, FOLDER))
