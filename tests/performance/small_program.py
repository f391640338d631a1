"""The program that the paces are measured with: five cases, and answers that change it and keep it right."""

from __future__ import annotations

import json
from pathlib import Path

FUNCTION = '''\
def outside(value, low, high):
    """How far a value lies outside of a range."""
    if value < low:
        return low - value
    if value > high:
        return value - high
    return 0
'''
CASES = ((3, 6, 15, 3), (6, 6, 15, 0), (10, 6, 15, 0), (15, 6, 15, 0), (20, 6, 15, 5))
_MANIFEST = """\
name = "ranges"
goal = "Return how far a value lies outside of a range."
files = ["ranges.py"]
editable = ["ranges.py:outside"]
entry = "ranges:outside"

[suite]
kind = "cases"
cases = "cases.jsonl"

[[objectives]]
metric = "passed"
direction = "max"
"""
_EVALUATOR = f"""\
import importlib.util

CASES = {CASES!r}


def evaluate(path):
    spec = importlib.util.spec_from_file_location("program", path)
    program = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(program)
    passed = sum(program.outside(*case[:3]) == case[3] for case in CASES)
    return {{"combined_score": passed / len(CASES)}}
"""


def write_target(folder: Path) -> Path:
    """The program as a target."""
    (folder / "src").mkdir(parents=True)
    (folder / "src" / "ranges.py").write_text(FUNCTION)
    cases = [json.dumps({"args": case[:3], "expected": case[3]}) for case in CASES]
    (folder / "cases.jsonl").write_text("\n".join(cases))
    (folder / "target.toml").write_text(_MANIFEST)
    return folder


def write_openevolve(folder: Path) -> tuple[Path, Path]:
    """The same as OpenEvolve has it: a program and an evaluator."""
    program, evaluator = folder / "ranges.py", folder / "evaluator.py"
    program.write_text(f"# EVOLVE-BLOCK-START\n{FUNCTION}# EVOLVE-BLOCK-END\n")
    evaluator.write_text(_EVALUATOR)
    return program, evaluator


def answer(number: int) -> str:
    """A new variant that is as good as the others."""
    changed = FUNCTION.replace("return 0\n", f"return {number} * 0\n")
    return f"IDEA: variant {number}\n\nranges.py\n```python\n{changed}```\n"
