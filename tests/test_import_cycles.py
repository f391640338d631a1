"""Modules import each other in no circle, not even within functions or for the sake of types."""

from __future__ import annotations

from graphlib import TopologicalSorter

import grimp


def test_no_circle_of_imports() -> None:
    graph = grimp.build_graph("pygent", cache_dir=None)
    imports = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    assert len(imports) > 100
    TopologicalSorter(imports).prepare()  # raises `CycleError`, which names the circle
