"""Measure how complex the code is."""

from __future__ import annotations

from pydantic import Field

from pygent.agent.tool import Arguments, Tool, ToolError
from pygent.agent.work.attempt_state import AttemptState


class RadonArguments(Arguments):
    """Cyclomatic complexity of each function of a file, and its maintainability index, by radon."""

    path: str = Field(description="Python file")


def radon(asked: RadonArguments, desk: AttemptState) -> str:
    from radon.complexity import cc_visit
    from radon.metrics import mi_visit

    tree = desk.workspace.tree()
    if asked.path not in tree:
        raise ToolError(f"there is no file {asked.path}; call view without a path to see the files")
    try:
        blocks = cc_visit(tree[asked.path])
        index = mi_visit(tree[asked.path], multi=True)
    except SyntaxError as error:
        raise ToolError(f"{asked.path} does not parse: {error}") from None
    rows = [
        f"{block.fullname}: complexity {block.complexity} (lines {block.lineno} to {block.endline})"
        for block in sorted(blocks, key=lambda block: -block.complexity)
    ]
    return "\n".join([*rows, f"maintainability index: {index:.1f} of 100"])


TOOL = Tool("radon", RadonArguments, radon)
