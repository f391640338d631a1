"""A coding agent's files as a program for a box, where they form the package `pygent`."""

from __future__ import annotations

from collections.abc import Mapping

from pygent.sandbox.api import Program

ENTRY = "pygent.agent.__main__:attempt"


def agent_program(files: Mapping[str, str]) -> Program:
    """The program of `files`, by path as `pygent.agent.bundle` and the target `coding_agent` give them."""
    placed = {f"pygent/{path}": text for path, text in files.items()}
    return Program({"pygent/__init__.py": "", **placed}, ENTRY, converses=True)
