"""Two trees as a unified diff, for people, prompts and commits."""

from __future__ import annotations

import difflib
import io

from pygent.target_modules.patch.model.tree import Tree


def unified(before: Tree, after: Tree, *, context: int = 3) -> str:
    """What `diff -u` would print, with `a/` and `b/` names and /dev/null for a missing file."""
    parts: list[str] = []
    for path in sorted({*before, *after}):
        old, new = before.files.get(path), after.files.get(path)
        if old == new:
            continue
        lines = difflib.unified_diff(
            _lines(old or ""),
            _lines(new or ""),
            "/dev/null" if old is None else f"a/{path}",
            "/dev/null" if new is None else f"b/{path}",
            n=context,
        )
        parts += (
            text if text.endswith("\n") else f"{text}\n\\ No newline at end of file\n" for text in lines
        )
    return "".join(parts)


def _lines(text: str) -> list[str]:
    """Lines as `diff` and git see them, ended only by a newline (form feeds and the like end none)."""
    return list(io.StringIO(text, newline="\n"))
