"""The program that is profiled, in a separate process (see `pygent.agent.tools.profile`)."""

from __future__ import annotations

import cProfile
import importlib
import io
import linecache
import os
import pickle
import pstats
import sys
import time
from collections.abc import Callable
from types import FrameType
from typing import Any

_ROWS = 15


def main() -> None:
    root, path, module, qualified, inputs = pickle.load(sys.stdin.buffer)
    sys.path[:0] = [os.path.join(root, folder) for folder in path]
    function: Any = importlib.import_module(module)
    for part in qualified.split("."):
        function = getattr(function, part)

    def work() -> None:
        for args, kwargs in inputs:
            function(*args, **kwargs)

    profiler = cProfile.Profile()
    profiler.runcall(work)
    text = io.StringIO()
    pstats.Stats(profiler, stream=text).strip_dirs().sort_stats("tottime").print_stats(_ROWS)
    rows = [row for row in text.getvalue().splitlines() if row.strip() and "Ordered by" not in row]
    print(f"By function, {len(inputs)} inputs:", *rows, sep="\n")
    print("\nBy line (share of the time, times run):")
    for (file, number), (seconds, hits) in _by_line(work, root):
        source = linecache.getline(file, number).rstrip()
        print(f"{seconds:6.1%} {hits:9}  {os.path.relpath(file, root)}:{number}: {source}")


def _by_line(work: Callable[[], None], root: str) -> list[tuple[tuple[str, int], tuple[float, int]]]:
    """The lines below `root` that took most of the time. The cost of tracing is part of each."""
    spent: dict[tuple[str, int], list[float]] = {}
    last: list[Any] = [None, 0.0]

    def note(frame: FrameType, event: str, arg: object) -> Any:
        now = time.perf_counter()
        if last[0] is not None:
            one = spent.setdefault(last[0], [0.0, 0])
            one[0] += now - last[1]
            one[1] += event == "line"
        file = frame.f_code.co_filename
        if not file.startswith(root):
            last[0] = None
            return None
        last[0] = (file, frame.f_lineno) if event == "line" else None
        last[1] = time.perf_counter()
        return note

    sys.settrace(note)
    try:
        work()
    finally:
        sys.settrace(None)
    total = sum(seconds for seconds, _ in spent.values()) or 1.0
    ordered = sorted(spent.items(), key=lambda item: -item[1][0])[:_ROWS]
    return [(place, (seconds / total, int(hits))) for place, (seconds, hits) in ordered]


if __name__ == "__main__":
    main()
