"""The files that are copied into a box: the agent, its prompts, and the code that edits Python."""

from __future__ import annotations

from pathlib import Path

_SUFFIXES = frozenset({".py", ".j2", ".toml", ".md"})


def files() -> dict[str, str]:
    """Text by path of everything that an agent needs besides its packages, as installed here."""
    root = Path(__file__).parent.parent
    found = {"target_modules/__init__.py": (root / "target_modules" / "__init__.py")}
    for folder in ("agent", "prompts", "target_modules/patch"):
        for path in (root / folder).rglob("*"):
            if path.suffix in _SUFFIXES and path.is_file() and "__pycache__" not in path.parts:
                found[path.relative_to(root).as_posix()] = path
    return {path: found[path].read_text(encoding="utf-8") for path in sorted(found)}
