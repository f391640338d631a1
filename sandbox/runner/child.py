"""The child: loads the candidate's program and answers calls. Nothing that it says is trusted."""

from __future__ import annotations

import base64
import contextlib
import ctypes
import gc
import importlib
import json
import os
import resource
import signal
import sys
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, partial
from typing import Any, BinaryIO, TypeAlias, cast

from . import wire

Args: TypeAlias = tuple[object, ...]
Kwargs: TypeAlias = dict[str, object]

_OPEN_FILES = 256
_STACK_BYTES = 8 << 20
_DETAIL = 1000  # characters of an exception's text that are sent
_NONCE = 16
_WARM = 20


def run(lines: int, result: int, output: int, work: str, file_bytes: int) -> None:
    """Be the child from fork to exit. `lines` brings the program and then calls, `result` takes answers."""
    _settle(lines, result, output, file_bytes)
    with open(lines, "rb", buffering=1 << 16, closefd=False) as stream:
        nonce, text = _line(stream)
        try:
            program = json.loads(text)
            function = _load(program, work)
        except BaseException as error:  # noqa: BLE001  # job border
            _answer(result, nonce, b"!", _describe(error, work))
            return
        _answer(result, nonce, b"=", "null")

        def ask(value: object) -> object:
            nonlocal nonce
            _answer(result, nonce, b"=", wire.encode(value))
            nonce, text = _line(stream)
            if not nonce:
                os._exit(0)
            return cast("tuple[Args, Kwargs]", wire.decode(text, len(text)))[0][0]

        if program["converses"]:
            function = partial(function, ask)
        while True:
            nonce, text = _line(stream)
            if not nonce:
                return
            try:
                args, kwargs = cast("tuple[Args, Kwargs]", wire.decode(text, len(text)))
                payload = wire.encode(function(*args, **kwargs))
            except BaseException as error:  # noqa: BLE001  # job border
                _answer(result, nonce, b"!", _describe(error, work))
            else:
                _answer(result, nonce, b"=", payload)


def _settle(lines: int, result: int, output: int, file_bytes: int) -> None:
    os.setsid()
    os.dup2(output, 1)
    os.dup2(output, 2)
    low, high = sorted((lines, result))
    os.closerange(3, low)
    os.closerange(low + 1, high)
    os.closerange(high + 1, min(os.sysconf("SC_OPEN_MAX"), 1 << 16))
    for kind, value in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
        (resource.RLIMIT_FSIZE, file_bytes),
        (resource.RLIMIT_STACK, _STACK_BYTES),
    ):
        hard = resource.getrlimit(kind)[1]
        bound = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (bound, bound))
    _mark_mortal()
    gc.enable()


def warm_up(work: str) -> None:
    """Do in PID 1 what every child does first, so that children inherit the caches and settled bytecode."""
    program = {
        "files": {"pygent_warm.py": "def f(x): return x\n"},
        "data": {},
        "entry": "pygent_warm:f",
        "path": ["."],
    }
    text = wire.encode(((1, 2.0, "a", [1], {"a": (1,)}), {}))
    for _ in range(_WARM):
        function = _load(program, work)
        wire.encode(function(wire.decode(text)))
        try:
            function(1, 2)
        except TypeError as error:
            _describe(error, work)
        del sys.modules["pygent_warm"]
        sys.path.remove(work)
        sys.path_importer_cache.pop(work, None)
    os.chdir("/")
    _prctl()(4, 0, 0, 0, 0)


@cache
def _prctl() -> Callable[[int, int, int, int, int], int]:
    function: Callable[[int, int, int, int, int], int] = ctypes.CDLL(None).prctl
    return function


def _mark_mortal() -> None:
    """Die with PID 1, and be killed for memory before it."""
    prctl = _prctl()
    prctl(1, signal.SIGKILL, 0, 0, 0)  # PR_SET_PDEATHSIG
    prctl(4, 1, 0, 0, 0)  # PR_SET_DUMPABLE: else its own file in /proc belongs to root
    with contextlib.suppress(OSError):
        descriptor = os.open("/proc/self/oom_score_adj", os.O_WRONLY)
        os.write(descriptor, b"1000")
        os.close(descriptor)
    prctl(4, 0, 0, 0, 0)


def _line(stream: BinaryIO) -> tuple[bytes, bytes]:
    line = stream.readline()
    return line[:_NONCE], line[_NONCE + 1 : -1]


def _load(program: Mapping[str, Any], work: str) -> Callable[..., object]:
    """Write the files, import the entry's module and find the function in it."""
    files = {path: text.encode(errors="surrogatepass") for path, text in program["files"].items()}
    files |= {path: base64.b64decode(text) for path, text in program["data"].items()}
    os.makedirs(work, mode=0o700, exist_ok=True)
    made = {work}
    for path, data in files.items():
        target = f"{work}/{path}"
        folder = os.path.dirname(target)
        if folder not in made:
            os.makedirs(folder, exist_ok=True)
            made.add(folder)
        with open(target, "wb", buffering=0) as stream:
            stream.write(data)
    os.chdir(work)
    roots = [work if root == "." else f"{work}/{root}" for root in program["path"]]
    for top in _tops(files, program["path"]) & sys.modules.keys():
        for name in [name for name in sys.modules if name == top or name.startswith(top + ".")]:
            del sys.modules[name]
    sys.path[:0] = roots
    module, _, qualified = program["entry"].partition(":")
    found: object = importlib.import_module(module)
    for part in qualified.split("."):
        found = getattr(found, part)
    if not callable(found):
        raise TypeError(f"{program['entry']} is not callable")
    return found


def _tops(files: Iterable[str], roots: Sequence[str]) -> set[str]:
    """Names of the modules and packages that lie in the folders to import from."""
    tops: set[str] = set()
    for root in roots:
        start = 0 if root == "." else len(root) + 1
        tops |= {
            path[start:].split("/")[0].removesuffix(".py")
            for path in files
            if not start or path.startswith(root + "/")
        }
    return tops


def _answer(result: int, nonce: bytes, mark: bytes, payload: str) -> None:
    with contextlib.suppress(BaseException):  # the candidate may have put anything in place of these
        sys.stdout.flush()
        sys.stderr.flush()
    line = memoryview(b"%b%b%b\n" % (nonce, mark, payload.encode()))
    while line:
        line = line[os.write(result, line) :]


def _describe(error: BaseException, work: str) -> str:
    """An exception as a plain value: words with the innermost line of the program, kind, and arguments."""
    try:
        kind = f"{type(error).__module__}:{type(error).__qualname__}"
        text = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        places = [
            f"{os.path.relpath(frame.filename, work)}:{frame.lineno} in {frame.name}"
            for frame in traceback.extract_tb(error.__traceback__)
            if frame.filename.startswith(work + "/")
        ]
        words = text[:_DETAIL] + (f" ({places[-1]})" if places else "")
        try:
            return wire.encode((words, kind, tuple(error.args)))
        except wire.NotPlain:
            return wire.encode((words, kind, (str(error)[:_DETAIL],)))
    except BaseException:  # noqa: BLE001  # job border: its own __str__ may raise
        name = type(error).__name__[:_DETAIL]
        return wire.encode((f"{name} whose text cannot be had", name, ()))
