"""The functions that run, import or open something given as text or bytes, by their names in source."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator

_ALL = frozenset({"*"})
_WHOLE = (
    "shelve", "dill", "jsonpickle", "ruamel.yaml", "logging.config", "runpy", "code", "codeop", "ctypes",
    "cffi", "subprocess", "multiprocessing", "pty", "socketserver", "xmlrpc.server", "copyreg", "imp",
    "jinja2", "mako", "timeit", "trace", "bdb", "pdb",
)  # fmt: skip
LOADERS = {
    "builtins": frozenset({"eval", "exec", "compile"}),
    "pickle": frozenset({"load", "loads", "Unpickler", "_load", "_loads", "_Unpickler"}),
    "marshal": frozenset({"load", "loads"}),
    "cloudpickle": frozenset({"load", "loads"}),
    "joblib": frozenset({"load"}),
    "yaml": frozenset(
        {"load", "load_all", "unsafe_load", "unsafe_load_all", "full_load", "full_load_all"}
        | {"Loader", "UnsafeLoader", "FullLoader"}
    ),
    "os": frozenset(
        {"system", "popen", "fork", "forkpty", "startfile", "posix_spawn", "posix_spawnp"}
        | {f"exec{end}" for end in ("l", "le", "lp", "lpe", "v", "ve", "vp", "vpe")}
        | {f"spawn{end}" for end in ("l", "le", "lp", "lpe", "v", "ve", "vp", "vpe")}
    ),
    "types": frozenset({"FunctionType", "LambdaType", "CodeType"}),
    "importlib": frozenset({"reload", "util", "machinery", "_bootstrap"}),
    "importlib.util": _ALL,
    "importlib.machinery": _ALL,
    "concurrent.futures": frozenset({"ProcessPoolExecutor"}),
    "pkgutil": frozenset({"resolve_name"}),
    "pydoc": frozenset({"locate"}),
    "cProfile": frozenset({"run", "runctx"}),
    **dict.fromkeys(_WHOLE, _ALL),
}  # by module, with any argument
BY_ARGUMENT = {
    "builtins.getattr": slice(1, 2),
    "builtins.setattr": slice(1, 2),
    "builtins.delattr": slice(1, 2),
    "builtins.__import__": slice(None),
    "builtins.open": slice(0, 1),
    "io.open": slice(0, 1),
    "os.open": slice(0, 1),
    "operator.attrgetter": slice(None),
    "operator.methodcaller": slice(None),
    "importlib.import_module": slice(None),
    "pytest.importorskip": slice(None),
    "unittest.mock.patch": slice(0, 1),
    "unittest.mock.patch.object": slice(0, 2),
    "unittest.mock.patch.dict": slice(0, 1),
    "unittest.mock.patch.multiple": slice(0, 1),
}  # only if one of these arguments may be an answer
WHOLE_FILES = ("write_text", "write_bytes")
OPEN_FILES = ("write", "writelines")  # methods of files and other objects
OPENING = ("open", "fdopen", "NamedTemporaryFile", "TemporaryFile", "mkstemp")
PATCHING = ("setattr", "delattr")  # methods of `monkeypatch`, which patches a place given as text
OF_TEMPLATES = ("format", "format_map")


def dotted(node: ast.AST, aliases: dict[str, str]) -> str:
    """The full name of an expression; '' unless it names something in a module or a builtin."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return ""
    root = aliases.get(node.id) or (f"builtins.{node.id}" if hasattr(builtins, node.id) else "")
    return ".".join([root, *reversed(parts)]) if root else ""


def loader_of(name: str) -> str:
    """The loader with this full name; '' if it is not a loader."""
    for module, names in LOADERS.items():
        if name == module and module != "builtins" and module not in ("os", "types", "importlib"):
            return module
        if name.startswith(module + "."):
            last = name[len(module) + 1 :].partition(".")[0]
            if names is _ALL or last in names:
                return f"{module}.{last}"
    return ""


def aliases_of(tree: ast.Module) -> dict[str, str]:
    """The full names behind the names that imports anywhere in a file bind."""
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for one in node.names:
                found[one.asname or one.name.partition(".")[0]] = (
                    one.name if one.asname else one.name.partition(".")[0]
                )
        elif isinstance(node, ast.ImportFrom):
            for one in node.names:
                found[one.asname or one.name] = f"{'.' * node.level}{node.module or ''}.{one.name}"
    return found


def outermost(nodes: Iterator[ast.AST] | list[ast.AST]) -> Iterator[ast.Attribute | ast.Name]:
    """Names and whole attribute chains, each once."""
    queue = list(nodes)
    while queue:
        node = queue.pop()
        if isinstance(node, ast.Attribute | ast.Name):
            yield node
            while isinstance(node, ast.Attribute):
                node = node.value
            if isinstance(node, ast.Name):
                continue
        queue += ast.iter_child_nodes(node)
