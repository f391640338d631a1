"""Watch the events in a judge's process once a candidate has answered there.

An answer is data until something in the judge runs it. That cannot begin without an event that Python audits,
or a call of a loader (`pickle.loads`, `logging.config.dictConfig`, ..). Each has a name here and is reported
to the host before it happens: no part of a hostile answer has run by then, so it cannot have disabled this.
"""

from __future__ import annotations

import _pickle
import os
import sys
import tempfile
import types
from collections.abc import Callable, Iterator
from opcode import opmap
from typing import Any

_HARMLESS = {
    "object.__getattr__", "object.__delattr__", "sys._getframe", "sys._getframemodulename", "builtins.id",
    "array.__new__", "os.listdir", "os.scandir", "os.walk", "os.fwalk", "os.getxattr", "os.listxattr",
    "glob.glob", "glob.glob/2", "pathlib.Path.glob", "pathlib.Path.rglob", "time.sleep", "marshal.dumps",
    "sys.unraisablehook", "sys.excepthook", "threading.excepthook", "os.unsetenv",
}  # fmt: skip  # events that start, open and change nothing
_RUNNING = (
    "call ", "exec ", "compile ", "pickle.find_class", "marshal.load", "subprocess.Popen", "os.system",
    "os.fork", "os.exec", "os.posix_spawn", "os.spawn", "pty.spawn", "ctypes.", "code.__new__",
    "function.__new__", "cpython.run_", "sys.addaudithook", "setopencodehook",
)  # fmt: skip  # prefixes of the names of events that run code
_CHANGES_CODE = ("__code__", "__defaults__", "__kwdefaults__", "__bases__", "__class__")
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_BY_PATH = ("os.", "shutil.", "tempfile.", "sqlite3.")
_READERS = ("tokenize", "linecache")  # they read source lines for tracebacks
_BY_C = ("_strptime", "encodings.")  # modules that Python itself imports by name
_IMPORTERS = (
    "unittest.mock", "_pytest.monkeypatch", "_pytest.outcomes", "_pytest.pathlib", "encodings",
)  # fmt: skip  # they import what they patch, skip by, collect or decode with
LOADERS: dict[str, tuple[str, ...]] = {
    "import_module": ("importlib",),
    "dictConfig": ("logging.config",), "fileConfig": ("logging.config",), "listen": ("logging.config",),
    "configure": ("logging.config",), "resolve": ("logging.config",),
    "run_module": ("runpy",), "run_path": ("runpy",), "_run_code": ("runpy",),
    "runsource": ("code",), "runcode": ("code",), "compile_command": ("codeop",),
    "resolve_name": ("pkgutil",), "locate": ("pydoc",), "get_field": ("string",),
    "load": ("pickle", "dill._dill", "joblib.numpy_pickle"), "_load": ("pickle",), "_loads": ("pickle",),
    "loads": ("dill._dill",), "open": ("shelve",), "decode": ("jsonpickle.unpickler",),
    "from_string": ("jinja2.environment",), "serve_forever": ("socketserver",),
    "find_python_name": ("yaml.constructor",), "find_python_module": ("yaml.constructor",),
}  # fmt: skip  # functions in Python source, with the modules that define one of this name
LOADERS_IN_C = ("load", "loads", "__import__")
_FROZEN = "<frozen importlib._bootstrap"
_IMPORTS = opmap["IMPORT_NAME"]


def runs_code(name: str) -> bool:
    """Whether an event of this name runs code, or could."""
    return name.startswith(_RUNNING)


class Watch:
    """Names the events that happen while it is `armed`, for `heard`; `here` are code objects of ours."""

    def __init__(self, heard: Callable[[str], None], here: tuple[types.CodeType, ...] = ()) -> None:
        self.armed = False
        self._heard = heard
        self._here = here
        self._work = os.getcwd()
        self._scratch = os.path.realpath(tempfile.gettempdir())
        self._files = {
            os.path.join(folder, name) for folder, _, names in os.walk(self._work) for name in names
        }
        self._roots = tuple(path for path in sys.path if path and not _within(path, self._work))

    def audit(self, event: str, args: tuple[object, ...]) -> None:
        """Audit hook of Python."""
        if event in _HARMLESS or not self.armed:
            return
        frame = sys._getframe(1)
        if frame.f_code in self._here:
            return
        name = self._name(event, args, frame)
        if name:
            self._heard(name)

    def called(self, frame: types.FrameType) -> None:
        """Called when a function begins, which may be a loader."""
        module, name = frame.f_globals.get("__name__"), frame.f_code.co_name
        if module in LOADERS[name] and frame.f_back is not None:
            self._loads(f"{module}.{name}", frame.f_back)

    def called_in_c(self, frame: types.FrameType, function: Any) -> None:
        """Called when `frame` calls a function in C, which may be a loader."""
        if name := _loader_in_c(function):
            self._loads(name, frame)

    def _loads(self, name: str, caller: types.FrameType) -> None:
        within = _by_statement(caller) or any(_imports(caller)) or _imports_for_others(caller)
        if self.armed and not within:
            self._heard(f"call {name}")

    def _name(self, event: str, args: tuple[object, ...], frame: types.FrameType) -> str:
        """The name of an event; '' if it may always happen."""
        file = _file_of(event, args)
        if file and not self._ours(file):
            return f"exec {file}"
        for module, asking in _imports(frame):
            return _import_of(module, asking)
        if event == "import":
            return _import_of(str(args[0]), frame)
        if event == "exec":
            return f"exec {file}"
        if event == "compile":
            tree_only = frame.f_code.co_name == "parse" and frame.f_globals.get("__name__") == "ast"
            return "" if tree_only else f"compile {_text(args[1])}"
        if event == "open":
            return self._opened(args, frame)
        if event == "object.__setattr__":
            return f"{event} {args[1]}" if args[1] in _CHANGES_CODE else ""
        if event == "os.putenv":
            return "" if args[0] == b"PYTEST_CURRENT_TEST" else f"{event} {_text(args[0])}"
        if event == "pickle.find_class":
            return f"{event} {args[0]}.{args[1]}"
        if event.startswith(_BY_PATH) and not event.startswith(_RUNNING):
            paths = [self._place(one) for one in args if isinstance(one, str | bytes | os.PathLike)]
            return "" if paths and not any(paths) else " ".join((event, *paths))
        return event

    def _opened(self, args: tuple[object, ...], frame: types.FrameType) -> str:
        path, mode, flags = args
        if isinstance(path, int) or not (place := self._place(path)):
            return ""
        by_mode = isinstance(mode, str) and any(letter in mode for letter in "wax+")
        if by_mode or (isinstance(flags, int) and mode is None and flags & _WRITES):
            return f"open w {place}"
        return "" if frame.f_globals.get("__name__") in _READERS else f"open r {place}"

    def _place(self, path: object) -> str:
        """The name of a path; '' in scratch space, from which nothing can be imported."""
        full = os.path.abspath(_text(path))
        if _within(full, self._work):
            return os.path.relpath(full, self._work)
        return "" if _within(full, self._scratch) else full

    def _ours(self, file: str) -> bool:
        """Whether code's file existed before any answer; code without a file comes from an answer."""
        if _within(file, self._work):
            return file in self._files
        return file.startswith(self._roots) or not _within(file, self._scratch)


def _file_of(event: str, args: tuple[object, ...]) -> str:
    """The file of the code that an event concerns: Python source or a native library."""
    if event == "exec":
        return str(getattr(args[0], "co_filename", ""))
    return _text(args[1]) if event == "import" else ""


def _loader_in_c(function: Any) -> str:
    """The name of a loader in C; '' for other functions."""
    name = function.__name__
    if name == "__import__":
        return "builtins.__import__"
    own = isinstance(getattr(function, "__self__", None), _pickle.Unpickler)
    module = "_pickle" if own else getattr(function, "__module__", "")
    return f"{module.removeprefix('_')}.{name}" if module in ("_pickle", "marshal") else ""


def _imports(frame: types.FrameType) -> Iterator[tuple[str, types.FrameType]]:
    """The modules whose import is under way in this frame, outermost first, each with a frame."""
    for one in reversed(list(_upwards(frame))):
        if one.f_code.co_name == "_find_and_load" and one.f_code.co_filename.startswith(_FROZEN):
            yield str(one.f_locals["name"]), one


def _import_of(module: str, frame: types.FrameType) -> str:
    """The name of an import; '' if a statement or Python itself asks for it."""
    return "" if _by_statement(frame) or module.startswith(_BY_C) else f"import {module}"


def _by_statement(frame: types.FrameType) -> bool:
    """Whether a statement, which names the module, asks for an import."""
    asking = next(one for one in _upwards(frame) if not one.f_code.co_filename.startswith(_FROZEN))
    return asking.f_code.co_code[asking.f_lasti] == _IMPORTS


def _imports_for_others(frame: types.FrameType) -> bool:
    near = (one for _, one in zip(range(4), _upwards(frame), strict=False))
    return any(one.f_globals.get("__name__") in _IMPORTERS for one in near)


def _upwards(frame: types.FrameType | None) -> Iterator[types.FrameType]:
    while frame is not None:
        yield frame
        frame = frame.f_back


def _within(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def _text(path: object) -> str:
    return os.fsdecode(path) if isinstance(path, str | bytes | os.PathLike) else ""
