"""Programs that run a target's tests, beside the candidate or in a judge's box against a proxy."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from importlib import resources

from pygent.benchmarks.suites import dispatch
from pygent.benchmarks.suites.tree_execution import editable_modules, spec_for
from pygent.sandbox.api import BoxSpec, Program
from pygent.target_modules.patch.model.editable import Editable
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.patch.syntax.outline import outline
from pygent.target_modules.patch.syntax.source import NotPythonError
from pygent.target_modules.spec.manifest import Target

INSIDE = "pygent_tests"  # the name of the package `pygent.benchmarks.testing.inside` in a box
PACKAGES = ("pytest",)
WATCH = ("proxy", "watch", "guard")  # the modules that any judge needs
_PARTS = ("alarm", "plugin", "direct", *WATCH, "judge", "record")
_CONVERSING = ("judge:judge", "direct:run")
ALL_MESSAGES = 1 << 29  # bytes of a judge's messages in a run of a suite
PRELOAD = (
    "pytest", "_pytest.mark", "_pytest.runner", "_pytest.fixtures", "_pytest.helpconfig", "_pytest.python",
    "_pytest.terminal", "_pytest.debugging", "_pytest.unittest", "_pytest.capture", "_pytest.skipping",
    "_pytest.legacypath", "_pytest.tmpdir", "_pytest.monkeypatch", "_pytest.recwarn", "_pytest.pastebin",
    "_pytest.assertion", "_pytest.assertion.rewrite", "_pytest.junitxml", "_pytest.doctest",
    "_pytest.cacheprovider", "_pytest.setuponly", "_pytest.setupplan", "_pytest.stepwise",
    "_pytest.unraisableexception", "_pytest.threadexception", "_pytest.warnings", "_pytest.logging",
    "_pytest.reports", "_pytest.faulthandler", "_pytest.subtests", "_pytest.python_api", "_pytest.raises",
)  # fmt: skip  # modules that pytest imports in each run


def spec_of_tests(target: Target, *, trusted: bool = False) -> BoxSpec:
    """A box with pytest; `trusted`: only the owner's code runs in it, so candidates never share it."""
    spec = spec_for(target)
    packages = tuple(dict.fromkeys((*spec.packages, *_missing(spec.packages))))
    limits = replace(spec.limits, all_answers_bytes=ALL_MESSAGES) if trusted else spec.limits
    return replace(
        spec, limits=limits, packages=packages, preload=PRELOAD, sources=inside(*_PARTS), trusted=trusted
    )


def program_of_tests(target: Target, tree: Tree, function: str) -> Program:
    """A function (`module:name`) of `pygent.benchmarks.testing.inside`, over a tree and its tests' files."""
    files: dict[str, str | bytes] = {**target.support, **tree.files}
    entry = f"{INSIDE}.{function}"
    return Program(files, entry, target.manifest.pythonpath, converses=function in _CONVERSING)


@cache
def inside(*names: str) -> tuple[tuple[str, str], ...]:
    """Modules of `pygent.benchmarks.testing.inside` for a box, each after its imports."""
    folder = resources.files("pygent.benchmarks.testing").joinpath("inside")
    own = ((f"{INSIDE}.{name}", folder.joinpath(f"{name}.py")) for name in names)
    parts = [(INSIDE, folder.joinpath("__init__.py")), *own]
    return tuple((name, part.read_text("utf-8")) for name, part in parts)


def served_program(target: Target, tree: Tree) -> Program:
    """The candidate's side of the proxy: its functions, and no test.

    Of the files besides the tree it has only those in a package of an editable module, and the package's
    metadata: tests may compare with the others.
    """
    tests = target.manifest.suite.tests
    own = packages_of(target, tree)
    support = {
        path: data
        for path, data in target.support.items()
        if not is_test(path, tests) and (path.startswith(own) or ".dist-info/" in path)
    }
    sources = {
        path: text for path, text in tree.files.items() if not is_test(path, tests, among_sources=True)
    }
    files = {**support, **sources}
    return dispatch.program(target, files, editable_modules(target, tree), dispatch.CONVERTED)


def packages_of(target: Target, tree: Tree) -> tuple[str, ...]:
    """The outermost packages of editable modules, as folders with a trailing slash."""
    found: dict[str, None] = {}
    for module, path in editable_modules(target, tree).items():
        folder = path.rpartition("/")[0]
        above = module.count(".") - (not path.endswith("/__init__.py"))
        if above >= 0 and folder:
            parts = folder.split("/")
            found["/".join(parts[: len(parts) - above]) + "/"] = None
    return tuple(found)


def paths_of(target: Target, only: Sequence[str] | None) -> list[str]:
    """The paths for pytest: only files with wanted tests, because collection costs most."""
    if only is None:
        return list(target.manifest.suite.tests)
    return list(dict.fromkeys(name.partition("::")[0] for name in only))


def functions_of(target: Target, tree: Tree) -> list[str]:
    """The editable top-level functions as `module:name`, in order."""
    editable = Editable.of(target.manifest.editable)
    found: list[str] = []
    for module, path in sorted(editable_modules(target, tree).items()):
        symbols = None if editable.is_whole(path) else editable.symbols_in(path)
        names = [name for name in _functions(tree[path]) if symbols is None or name in symbols]
        found += [f"{module}:{name}" for name in names]
    return found


def regions_of(target: Target, tree: Tree) -> dict[str, list[str]]:
    """Editable symbols by module; none if the whole module is editable."""
    editable = Editable.of(target.manifest.editable)
    return {
        module: [] if editable.is_whole(path) else list(editable.symbols_in(path))
        for module, path in editable_modules(target, tree).items()
    }


def _functions(text: str) -> list[str]:
    """Names of top-level functions; one defined again has a number, which has no effect at run time."""
    try:
        symbols = outline(text).by_name.items()
    except NotPythonError:
        return []
    names = (name.partition("#")[0] for name, one in symbols if isinstance(one.node, ast.FunctionDef))
    return list(dict.fromkeys(name for name in names if "." not in name))


def is_test(path: str, tests: tuple[str, ...], *, among_sources: bool = False) -> bool:
    """Whether a file belongs to the tests; in a tests' folder `among_sources`, its name decides."""
    folders = [test.partition("::")[0].strip("/") for test in tests]
    inside = any(folder in (".", path) or path.startswith(folder + "/") for folder in folders)
    name = path.rsplit("/", 1)[-1]
    named = name.startswith("test_") or name.endswith("_test.py")
    return name == "conftest.py" or (inside and (named or not among_sources))


def _missing(packages: tuple[str, ...]) -> tuple[str, ...]:
    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    there = {canonicalize_name(Requirement(text).name) for text in packages}
    return tuple(name for name in PACKAGES if name not in there)
