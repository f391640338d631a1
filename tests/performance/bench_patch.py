"""What a patch costs before anything is run: medians on real source, whose statements are parsed already, as
they are in a run after its first variants."""

from __future__ import annotations

import ast
import statistics
import sysconfig
import time
from collections.abc import Callable
from pathlib import Path

from pygent.target_modules.gate.gate_rules import gate
from pygent.target_modules.patch.apply import apply
from pygent.target_modules.patch.diff.tree_diff import diff
from pygent.target_modules.patch.model.edits import Patch, ReplaceSymbol
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.patch.parse.answer_reader import read
from pygent.target_modules.patch.syntax.outline import outline
from pygent.target_modules.patch.syntax.top_level_chunks import pieces
from pygent.target_modules.spec.manifest import Target
from pygent.target_modules.spec.manifest_tables import Manifest

REPEATS = 15


def rows() -> list[tuple[str, str]]:
    """Name and figure with its unit."""
    thousand = _cut("statistics", lines=1000)
    twelve = _cut("statistics", chars=12_500)
    size = len(thousand.splitlines())
    return [
        (f"patch: apply, {size:,}-line module", _median(lambda n: _apply(thousand, n))),
        (f"patch: diff, {size:,}-line module", _median(lambda n: _diff(thousand, n))),
        (f"patch: read a SEARCH/REPLACE answer, {size:,} lines", _median(lambda n: _read(thousand, n))),
        (
            f"patch: gate, {len(twelve) / 1000:.0f} kB module, one function changed",
            _median(lambda n: _gate(twelve, n)),
        ),
        ("patch: gate of the same, parsed by apply before", _median(lambda n: _gate(twelve, n, True))),
    ]


def _cut(module: str, lines: int = 10_000, chars: int = 10_000_000) -> str:
    """The first top-level statements of a standard module that fit."""
    text = (Path(sysconfig.get_paths()["stdlib"]) / f"{module}.py").read_text(encoding="utf-8")
    kept = text.splitlines(keepends=True)
    ends = [node.end_lineno or 0 for node in ast.parse(text).body]
    end = max(end for end in ends if end <= lines and sum(map(len, kept[:end])) <= chars)
    return "".join(kept[:end])


def _median(action: Callable[[int], Callable[[], object]]) -> str:
    """`action(n)` prepares the n-th repeat, with text of its own, and returns what is timed."""
    seconds = []
    for number in range(REPEATS):
        run = action(number)
        started = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - started)
    return f"{statistics.median(seconds) * 1000:.2f} ms"


def _change(text: str, number: int) -> ReplaceSymbol:
    symbols = [symbol for symbol in outline(text).symbols if isinstance(symbol.node, ast.FunctionDef)]
    symbol = symbols[len(symbols) // 2]
    source = outline(text).text(symbol.start, symbol.end).rstrip("\n")
    return ReplaceSymbol(path="m.py", symbol=symbol.name, source=f"{source}  # change {number}\n")


def _apply(text: str, number: int) -> Callable[[], object]:
    patch = Patch(edits=(_change(text, number),))
    tree = Tree({"m.py": f"{text}# apply {number}\n"})
    return lambda: apply(tree, patch)


def _diff(text: str, number: int) -> Callable[[], object]:
    parent = Tree({"m.py": f"{text}# diff {number}\n"})
    child = apply(parent, Patch(edits=(_change(text, number),)))
    outline.cache_clear()
    pieces.cache_clear()
    return lambda: diff(parent, child)


def _read(text: str, number: int) -> Callable[[], object]:
    tree = Tree({"m.py": f"{text}# read {number}\nlast = 1\n"})
    block = f"<<<<<<< SEARCH\n# read {number}\nlast = 1\n=======\nlast = 2\n>>>>>>> REPLACE\n"
    answer = f"m.py\n```python\n{block}```\n"
    return lambda: read(answer, tree, ["*.py"])


def _gate(text: str, number: int, is_parsed: bool = False) -> Callable[[], object]:
    parent = Tree({"m.py": text})
    edit = _change(text, number)
    child = parent.with_file("m.py", apply(parent, Patch(edits=(edit,)))["m.py"] + f"# gate {number}\n")
    if is_parsed:
        child = apply(parent, Patch(edits=(edit,)))
    manifest = {
        "name": "bench",
        "goal": "bench",
        "editable": [f"*.py:{edit.symbol}"],
        "entry": f"m:{edit.symbol}",
        "suite": {"kind": "cases", "cases": "cases.jsonl"},
        "objectives": [{"metric": "passed", "direction": "max"}],
    }
    target = Target(Path(), Manifest.model_validate(manifest))
    return lambda: gate(target, parent, child)
