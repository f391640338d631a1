"""The child: loads the candidate's program and answers calls. Nothing that it says is trusted."""

from __future__ import annotations

import binascii
import contextlib
import gc
import importlib
import json
import os
import sys
import types
from _imp import is_frozen
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import module_from_spec
from os import sched_setaffinity
from typing import Any, TypeAlias, cast

from . import wire

Args: TypeAlias = tuple[object, ...]
Kwargs: TypeAlias = dict[str, object]

_MOST_DESCRIPTORS = 1 << 16
_DETAIL = 1000  # characters of an exception's text that are sent
_NONCE = 16
_WARM = 20

_ours: set[str] = set()  # names of modules that no program may replace


def run(lines: int, result: int, output: int, work: str, cores: set[int]) -> None:
    """Be the child from fork to exit. `lines` brings the program, then calls; `result` takes the answers.

    The first line is the number of the core that it waits on; it then works on any of `cores`.
    """
    _settle(lines, result, output)
    with open(lines, "rb", buffering=1 << 16, closefd=False) as stream:
        home = {int(stream.readline() or os._exit(0))}

        def line() -> tuple[bytes, bytes]:
            if home != cores:
                sched_setaffinity(0, home)
            line = stream.readline()
            if home != cores:
                sched_setaffinity(0, cores)
            return line[:_NONCE], line[_NONCE + 1 : -1]

        nonce, text = line()
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
            nonce, text = line()
            if not nonce:
                os._exit(0)
            return cast("tuple[Args, Kwargs]", wire.decode(text, len(text)))[0][0]

        if program["converses"]:
            function = partial(function, ask)
        while True:
            nonce, text = line()
            if not nonce:
                return
            try:
                args, kwargs = cast("tuple[Args, Kwargs]", wire.decode(text, len(text)))
                payload = wire.encode(function(*args, **kwargs))
            except BaseException as error:  # noqa: BLE001  # job border
                _answer(result, nonce, b"!", _describe(error, work))
            else:
                _answer(result, nonce, b"=", payload)


def _settle(lines: int, result: int, output: int) -> None:
    try:
        os.setsid()
    except PermissionError:  # each session gets a number from a machine-wide count (seccomp.py)
        os.setpgid(0, 0)
    os.dup2(output, 1)
    os.dup2(output, 2)
    low, high = sorted((lines, result))
    os.closerange(3, low)
    os.closerange(low + 1, high)
    os.closerange(high + 1, _MOST_DESCRIPTORS)
    gc.enable()


def preload(sources: Iterable[tuple[str, str]]) -> None:
    """Make the host's own modules for every child; no program's file takes precedence over them."""
    for name, text in sources:
        module = types.ModuleType(name)
        parent, _, last = name.rpartition(".")
        module.__package__ = parent or name
        module.__path__ = []  # so that a package's modules can be imported
        sys.modules[name] = module
        exec(compile(text, f"<{name}>", "exec", dont_inherit=True), module.__dict__)
        if parent:
            setattr(sys.modules[parent], last, module)
        _ours.add(name.partition(".")[0])


def warm_up(work: str) -> None:
    """Do in PID 1 what every child does first, so that children inherit caches and specialised bytecode."""
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


def _load(program: Mapping[str, Any], work: str) -> Callable[..., object]:
    """Write the files, import the entry's module and find the function in it."""
    files = {path: text.encode(errors="surrogatepass") for path, text in program["files"].items()}
    files |= {path: binascii.a2b_base64(text) for path, text in program["data"].items()}
    _write(files, work)
    os.chdir(work)
    roots = [work if root == "." else f"{work}/{root}" for root in program["path"]]
    for top in (_tops(files, program["path"]) & sys.modules.keys()) - _ours:
        for name in [name for name in sys.modules if name == top or name.startswith(top + ".")]:
            del sys.modules[name]
    sys.path[:0] = roots
    name, _, qualified = program["entry"].partition(":")
    first = program["path"][0]
    path = f"{name}.py" if first == "." else f"{first}/{name}.py"
    own = name in _ours or _is_built_in(name)
    if path in files and f"{path[:-3]}/__init__.py" not in files and not own:
        found: object = _import_file(name, f"{roots[0]}/{name}.py", files[path])
    else:
        found = importlib.import_module(name)
    for part in qualified.split("."):
        found = getattr(found, part)
    if not callable(found):
        raise TypeError(f"{program['entry']} is not callable")
    return found


def _write(files: Mapping[str, bytes], work: str) -> None:
    """Write files without the io module's objects: each page that a child touches is copied for it."""
    made = {work}
    with contextlib.suppress(FileExistsError):
        os.mkdir(work, 0o700)
    for path, data in files.items():
        target = f"{work}/{path}"
        folder = target.rpartition("/")[0]
        if folder not in made:
            os.makedirs(folder, exist_ok=True)
            made.add(folder)
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o666)
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        os.close(descriptor)


def _is_built_in(name: str) -> bool:
    return name in sys.builtin_module_names or is_frozen(name)


def _import_file(name: str, path: str, source: bytes) -> types.ModuleType:
    """Do what `import name` does with a source file at the front of the path, without the search.

    The search takes most of the time of a small module.
    """
    spec = ModuleSpec(name, SourceFileLoader(name, path), origin=path)
    spec.has_location = True
    module = module_from_spec(spec)
    sys.modules[name] = module
    exec(compile(source, path, "exec", dont_inherit=True), module.__dict__)
    return sys.modules.get(name, module)


def _tops(files: Iterable[str], roots: Sequence[str]) -> set[str]:
    """Names of the modules and packages in the folders to import from."""
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
    with contextlib.suppress(BaseException):  # the candidate may have replaced any of these
        sys.stdout.flush()
        sys.stderr.flush()
    line = memoryview(b"%b%b%b\n" % (nonce, mark, payload.encode()))
    while line:
        line = line[os.write(result, line) :]


def _describe(error: BaseException, work: str) -> str:
    """An exception as a plain value: text with the innermost line of the program, kind, and arguments."""
    try:
        kind = f"{type(error).__module__}:{type(error).__qualname__}"
        text = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        place = ""
        step = error.__traceback__
        while step is not None:
            code = step.tb_frame.f_code
            if code.co_filename.startswith(work + "/"):
                place = f" ({code.co_filename[len(work) + 1 :]}:{step.tb_lineno} in {code.co_name})"
            step = step.tb_next
        words = text[:_DETAIL] + place
        try:
            return wire.encode((words, kind, tuple(error.args)))
        except wire.NotPlainError:
            return wire.encode((words, kind, (str(error)[:_DETAIL],)))
    except BaseException:  # noqa: BLE001  # job border: its own __str__ may raise
        name = type(error).__name__[:_DETAIL]
        return wire.encode((f"{name} whose text cannot be read", name, ()))
