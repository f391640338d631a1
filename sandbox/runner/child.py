"""The child: loads the candidate's program and answers calls. Nothing that it says is trusted."""

from __future__ import annotations

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
from collections.abc import Callable
from functools import cache
from typing import BinaryIO, TypeAlias, cast

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
            function = _load(json.loads(text), work)
        except BaseException as error:  # noqa: BLE001  # job border
            _answer(result, nonce, b"!", _describe(error, work))
            return
        _answer(result, nonce, b"=", "null")
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
    program: dict[str, dict[str, str] | str] = {
        "files": {"pygent_warm.py": "def f(x): return x\n"},
        "entry": "pygent_warm:f",
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


def _load(program: dict[str, dict[str, str] | str], work: str) -> Callable[..., object]:
    files, entry = program["files"], program["entry"]
    assert isinstance(files, dict)
    assert isinstance(entry, str)
    os.makedirs(work, mode=0o700, exist_ok=True)
    made = {work}
    for path, text in files.items():
        target = f"{work}/{path}"
        folder = os.path.dirname(target)
        if folder not in made:
            os.makedirs(folder, exist_ok=True)
            made.add(folder)
        with open(target, "wb", buffering=0) as stream:
            stream.write(text.encode(errors="surrogatepass"))
    os.chdir(work)
    for top in {path.split("/")[0].removesuffix(".py") for path in files} & sys.modules.keys():
        for name in [name for name in sys.modules if name == top or name.startswith(top + ".")]:
            del sys.modules[name]
    sys.path.insert(0, work)
    module, _, qualified = entry.partition(":")
    found: object = importlib.import_module(module)
    for part in qualified.split("."):
        found = getattr(found, part)
    if not callable(found):
        raise TypeError(f"{entry} is not callable")
    return found


def _answer(result: int, nonce: bytes, mark: bytes, payload: str) -> None:
    with contextlib.suppress(BaseException):  # the candidate may have put anything in place of these
        sys.stdout.flush()
        sys.stderr.flush()
    line = memoryview(b"%b%b%b\n" % (nonce, mark, payload.encode()))
    while line:
        line = line[os.write(result, line) :]


def _describe(error: BaseException, work: str) -> str:
    """An exception as a JSON string: type, message, and the innermost line of the program it came from."""
    try:
        text = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        places = [
            f"{os.path.relpath(frame.filename, work)}:{frame.lineno} in {frame.name}"
            for frame in traceback.extract_tb(error.__traceback__)
            if frame.filename.startswith(work + "/")
        ]
        where = f" ({places[-1]})" if places else ""
        return json.dumps(text[:_DETAIL] + where)
    except BaseException:  # noqa: BLE001  # job border: its own __str__ may raise
        return json.dumps(f"{type(error).__name__[:_DETAIL]} whose text cannot be had")
