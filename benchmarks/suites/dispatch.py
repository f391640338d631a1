"""A program that serves every function of a package; each call names its function."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pygent.sandbox.api import Program
from pygent.target_modules.spec.manifest import Target

FOLDER = ".pygent"  # in the box, for files that do not belong to the target
FILE = f"{FOLDER}/pygent_dispatch.py"
ENTRY = "pygent_dispatch:call"
CONVERTED = "pygent_dispatch:converted"
MOST_ITEMS = 10_000  # items of an iterator that is an answer

_SOURCE = """\
import importlib
from collections.abc import Iterator
from itertools import islice

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


def converted(name, forms, args, kwargs):
    args = [FORMS[forms[str(n)]](arg) if str(n) in forms else arg for n, arg in enumerate(args)]
    answer = call(name, *args, **kwargs)
    if not isinstance(answer, Iterator):
        return ["", answer]
    items = list(islice(answer, {most} + 1))
    if len(items) > {most}:
        raise OverflowError("an iterator of more than {most} items")
    return ["iterator", items]


FORMS = {{
    "iterator": iter,
    "range": lambda parts: range(*parts),
    "name": lambda name: getattr(importlib.import_module(name[0]), name[1]),
}}
"""


def program(
    target: Target, files: Mapping[str, str | bytes], modules: Iterable[str], entry: str = ENTRY
) -> Program:
    """A program that imports `modules` when it is loaded, so that a broken one is found at once.

    At `ENTRY`, the first argument of a call is the function, as `module:qualified.name`. At `CONVERTED`, for
    tests against a proxy, arguments and answers may also be iterators over plain values and ranges; arguments
    may also be Python's own objects by name, such as `len`.
    """
    text = _SOURCE.format(modules=sorted(modules), most=MOST_ITEMS)
    return Program({**files, FILE: text}, entry, (FOLDER, *target.manifest.pythonpath))
