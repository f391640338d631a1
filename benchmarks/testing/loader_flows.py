"""Find tests that, by their source, may give a candidate's answers to a loader: these cannot be sealed.

The search covers a test, its fixtures, and every definition that the test mentions by name, and so on from
there, in its file, in the `conftest.py` files above it and in test helpers that these import. A loader that a
package calls is seen when it runs (see `inside.watch`).
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from pygent.benchmarks.testing.answer_flows import Flow
from pygent.benchmarks.testing.loaders import (
    BY_ARGUMENT,
    OF_TEMPLATES,
    OPEN_FILES,
    OPENING,
    PATCHING,
    WHOLE_FILES,
    aliases_of,
    loader_of,
    outermost,
)
from pygent.benchmarks.testing.programs import is_test
from pygent.target_modules.spec.manifest import Target

_ALWAYS = (
    "setup", "teardown", "setUp", "tearDown", "setUpClass", "tearDownClass", "setUpModule", "tearDownModule",
    "asyncSetUp", "asyncTearDown", "setup_method", "teardown_method", "setup_class", "teardown_class",
    "setup_function", "teardown_function", "setup_module", "teardown_module",
)  # fmt: skip
_HOOKS = ("pytest_runtest_", "pytest_pyfunc_call", "pytest_fixture_", "pytest_assertrepr_compare")
_BY_NAME = ("usefixtures", "getfixturevalue")
_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


class Loading:
    """Examines all tests of a target."""

    def __init__(self, target: Target) -> None:
        tests, tree = target.manifest.suite.tests, target.tree()
        own = {path: text for path, text in tree.files.items() if is_test(path, tests, among_sources=True)}
        beside = {path: data for path, data in target.support.items() if path.endswith(".py")}
        texts = {path: data for path, data in {**beside, **own}.items() if isinstance(data, str)}
        roots = [root.strip("./") for root in target.manifest.pythonpath]
        paths = [path.removeprefix(root).lstrip("/") for path in (*tree.files, *texts) for root in roots]
        inside = {path.partition("/")[0].removesuffix(".py") for path in (*paths, *texts, *tree.files)}
        self._begin(texts, inside, plain_parameters=True)

    @classmethod
    def of_file(cls, path: str, text: str) -> Loading:
        """The functions of a file, whose parameters are candidates."""
        made = cls.__new__(cls)
        made._begin({path: text}, set(), plain_parameters=False)
        return made

    def _begin(self, texts: Mapping[str, str], inside: set[str], *, plain_parameters: bool) -> None:
        self._files = {path: _File(path, tree) for path, text in texts.items() if (tree := _parsed(text))}
        self._inside = inside
        self._plain_parameters = plain_parameters

    def why(self, test: str) -> str:
        """Why a test cannot be sealed; '' if it can."""
        path, *names = test.partition("[")[0].split("::")
        if path not in self._files or not names:
            return f"{path} cannot be read as Python" if names else ""
        universe = self._universe(path)
        for file, node in self._reached(universe, names):
            if loader := self._loader(file, node, universe, names[-1]):
                return f"may give an answer to {loader}"
        return ""

    def _universe(self, path: str) -> list[_File]:
        """The file, the conftest.py files above it, and the test helpers that these import."""
        folder = path.rpartition("/")[0]
        above = {""} | {folder[:end] for end in range(len(folder) + 1) if folder[end:][:1] in ("", "/")}
        queue = [path, *(f"{one}/conftest.py".lstrip("/") for one in above)]
        found: dict[str, _File] = {}
        while queue:
            one = queue.pop(0)
            if one in self._files and one not in found:
                found[one] = file = self._files[one]
                queue += [other for other, helper in self._files.items() if file.imports(helper)]
        return list(found.values())

    def _reached(self, universe: list[_File], names: list[str]) -> Iterator[tuple[_File, ast.AST]]:
        """The code that a test may run, itself first; its class counts without the other methods."""
        queue: list[tuple[_File, ast.AST]] = []
        mentioned = set(names)
        for file in universe:
            queue += [(file, node) for node in file.always]
        queue += [(universe[0], node) for node in universe[0].of_test(names)]
        seen: set[int] = set()
        while queue:
            file, node = queue.pop()
            if id(node) in seen:
                continue
            seen.add(id(node))
            yield file, node
            for name in _names(node) - mentioned:
                mentioned.add(name)
                queue += [(one, found) for one in universe for found in one.definitions.get(name, ())]

    def _loader(self, file: _File, node: ast.AST, universe: list[_File], test: str) -> str:
        flow = self._flow(file, node, universe, test)
        calls = [one for one in ast.walk(node) if isinstance(one, ast.Call)]
        done = _before_tests(node)
        called, over = {id(one.func) for one in calls}, {id(one.func) for one in done}
        for name_of in outermost([node]):
            name = flow.full_name(name_of)
            found = loader_of(name) or (name if name in BY_ARGUMENT and id(name_of) not in called else "")
            if found and id(name_of) not in over:
                return found.removeprefix("builtins.")
        writes = any(_opens(one) for one in calls)
        return next(
            (found for call in calls if call not in done and (found := _given(call, flow, writes))), ""
        )

    def _flow(self, file: _File, node: ast.AST, universe: list[_File], test: str) -> Flow:
        parameters: set[str] = set()
        if isinstance(node, _FUNCTIONS):
            every = {arg.arg for arg in ast.walk(node.args) if isinstance(arg, ast.arg)}
            fixtures = {name for one in universe for name in one.definitions}
            by_pytest = self._plain_parameters and (node.name == test or _is_fixture(node))
            parameters = every & fixtures if by_pytest else every - {"self", "cls"}
        return Flow(node, parameters, file.is_plain, file.aliases, self._is_outside)

    def _is_outside(self, name: str) -> bool:
        return not name.startswith(".") and name.partition(".")[0] not in self._inside


@dataclass(frozen=True, eq=False)
class _File:
    path: str
    tree: ast.Module

    @cached_property
    def aliases(self) -> dict[str, str]:
        return aliases_of(self.tree)

    @cached_property
    def definitions(self) -> dict[str, list[ast.AST]]:
        """Functions, classes, methods and module variables, by name."""
        found: dict[str, list[ast.AST]] = {}
        for node in ast.walk(self.tree):
            if isinstance(node, _Definition):
                found.setdefault(node.name, []).append(node)
        for node in self.tree.body:
            if isinstance(node, ast.Assign | ast.AnnAssign):
                for target in ast.walk(node):
                    if isinstance(target, ast.Name) and isinstance(target.ctx, ast.Store):
                        found.setdefault(target.id, []).append(node)
        return found

    @cached_property
    def always(self) -> list[ast.AST]:
        """The code that runs with every test of the file: autouse fixtures, module set-ups, hooks."""
        return [
            node
            for node in ast.walk(self.tree)
            if isinstance(node, _FUNCTIONS)
            and (
                (node in self.tree.body and node.name in _ALWAYS)
                or node.name.startswith(_HOOKS)
                or _is_automatic(node)
            )
        ]

    def of_test(self, names: list[str]) -> Iterator[ast.AST]:
        """The nodes of a test, by the names of its classes and its own name."""
        bodies: list[ast.stmt] = self.tree.body
        for name in names[:-1]:
            classes = [node for node in bodies if isinstance(node, ast.ClassDef) and node.name == name]
            bodies = [node for one in classes for node in one.body]
            yield from (part for one in classes for part in (*one.bases, *one.decorator_list, *one.keywords))
            yield from (node for node in bodies if not isinstance(node, _Definition))
            yield from (node for node in bodies if isinstance(node, _FUNCTIONS) and node.name in _ALWAYS)
        yield from self.definitions.get(names[-1], ())

    def is_plain(self, name: str) -> bool:
        """Whether the module binds a name; it does so before any test, hence not to an answer."""
        return name in self.definitions

    def imports(self, other: _File) -> bool:
        """Whether this file may import the other."""
        last = other.path.removesuffix(".py").removesuffix("/__init__").rpartition("/")[2]
        return any(last in name.split(".") for name in self.aliases.values())


def _before_tests(node: ast.AST) -> list[ast.Call]:
    """Calls by which a module binds its names, before any candidate has answered."""
    if not isinstance(node, ast.Assign | ast.AnnAssign):
        return []
    later = {id(one) for part in ast.walk(node) if isinstance(part, ast.Lambda) for one in ast.walk(part)}
    return [one for one in ast.walk(node) if isinstance(one, ast.Call) and id(one) not in later]


def _given(call: ast.Call, flow: Flow, writes: bool) -> str:
    """The loader to which a call may give an answer; `writes`: files are opened for writing nearby."""
    name = flow.full_name(call.func)
    if name in BY_ARGUMENT:
        given = [*call.args, *(one.value for one in call.keywords)][BY_ARGUMENT[name]]
        return name.removeprefix("builtins.") if any(map(flow.may_hold, given)) else ""
    if not isinstance(call.func, ast.Attribute) or name:
        return ""
    method = call.func.attr
    if method in OF_TEMPLATES and flow.may_hold(call.func.value):
        return f"str.{method}"
    if method in PATCHING:
        place = call.args[:1] if method == "setattr" and len(call.args) == 2 else call.args[:2]
        place += [one.value for one in call.keywords if one.arg in ("target", "name")]
        return f"monkeypatch.{method}" if any(map(flow.may_hold, place)) else ""
    if (method in WHOLE_FILES or (writes and method in OPEN_FILES)) and any(map(flow.may_hold, call.args)):
        return f"a file's {method}"
    return ""


def _opens(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in OPENING


def _names(node: ast.AST) -> set[str]:
    found: set[str] = set()
    for one in ast.walk(node):
        if isinstance(one, ast.Name):
            found.add(one.id)
        elif isinstance(one, ast.Attribute):
            found.add(one.attr)
        elif isinstance(one, ast.arg):
            found.add(one.arg)
        elif isinstance(one, ast.Call) and getattr(one.func, "attr", "") in _BY_NAME:
            found |= {str(part.value) for part in one.args if isinstance(part, ast.Constant)}
    return found


def _is_fixture(node: ast.AST) -> bool:
    decorators = node.decorator_list if isinstance(node, _FUNCTIONS) else []
    return any("fixture" in ast.unparse(one) for one in decorators)


def _is_automatic(node: ast.AST) -> bool:
    return _is_fixture(node) and any("autouse" in ast.unparse(one) for one in node.decorator_list)  # type: ignore[attr-defined]


def _parsed(text: str) -> ast.Module | None:
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError):
        return None
