"""A small target with a bug, made on the spot: fast enough for tests of the loop."""

from __future__ import annotations

import json
from pathlib import Path

BUGGY = '''"""How far a value lies outside of a range."""


def outside(value, low, high):
    if value < low:
        return low - value
    if value > high:
        return value + high
    return 0
'''
FIXED = BUGGY.replace("value + high", "value - high")


def write_small_target(folder: Path, *, source: str = BUGGY, name: str = "outside") -> Path:
    """A `cases` target whose baseline fails some of its search and held-out cases."""
    (folder / "src").mkdir(parents=True)
    (folder / "src" / "ranges.py").write_bytes(source.encode())
    for file, numbers in (("search.jsonl", range(0, 24, 2)), ("held_out.jsonl", range(1, 24, 2))):
        lines = [
            json.dumps({"args": [number, 6, 15], "expected": max(6 - number, number - 15, 0)})
            for number in numbers
        ]
        (folder / file).write_text("\n".join(lines) + "\n")
    (folder / "target.toml").write_text(
        f'''name = "{name}"
goal = "Return how far a value lies outside of a range."
files = ["ranges.py"]
editable = ["ranges.py:outside"]
entry = "ranges:outside"

[suite]
kind = "cases"
cases = "search.jsonl"
held_out = "held_out.jsonl"

[[objectives]]
metric = "passed"
direction = "max"
'''
    )
    return folder


def write_slow_target(folder: Path) -> Path:
    """The same with calls that take 20 ms each, whatever becomes of the function."""
    measured = "def measured(value, low, high):\n    time.sleep(0.02)\n    return outside(value, low, high)\n"
    write_small_target(
        folder, source=BUGGY.replace("def outside", f"import time\n\n\n{measured}\n\ndef outside", 1)
    )
    manifest = folder / "target.toml"
    manifest.write_text(manifest.read_text().replace('entry = "ranges:outside"', 'entry = "ranges:measured"'))
    return folder
