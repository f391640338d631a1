"""The forgeries and controls on disk; the host reads them and never imports them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from pygent.sandbox.redteam.program_file import CorpusError, read_file

HERE = Path(__file__).parent
PROGRAMS = HERE / "programs"
CONTROLS = HERE / "controls"

Kind = Literal["wrong", "answers", "time", "memo", "echo"]


@dataclass(frozen=True)
class Forgery:
    """A forgery of one of five kinds.

    `wrong` answers wrong and tries to be scored right. `answers` gives answers that run as code if tests load
    them. `time` answers right at an honest cost and tries to look faster; `memo` does so by remembering
    inputs. `echo` tries to make a grader say to a model what it expects, or what the program wants. `fast`
    ones make the quick selection.
    """

    name: str
    kind: Kind
    trick: str
    source: str
    fast: bool


def read_corpus(folder: Path = PROGRAMS) -> list[Forgery]:
    """Every program of a folder, by name. Raises `CorpusError` that names the file and what it lacks."""
    found = [_read(path) for path in sorted(folder.glob("*.py"))]
    if not found:
        raise CorpusError(f"{folder}: no programs; each is a file that defines `solve(numbers)`")
    return found


def control(name: str) -> str:
    """The source of an honest control: `right`, `wrong`, `slower` or `faster`."""
    return (CONTROLS / f"{name}.py").read_text("utf-8")


def _read(path: Path) -> Forgery:
    file = read_file(path, ("KIND", "FAST"))
    kind, fast = file.literals.get("KIND", ""), file.literals.get("FAST")
    if kind not in get_args(Kind):
        raise CorpusError(f"{path}: KIND is {kind!r}; write one of {', '.join(get_args(Kind))}")
    if fast not in (None, True):
        raise CorpusError(f"{path}: FAST is {fast!r}; write FAST = True or leave it out")
    return Forgery(path.stem, kind, file.title, file.source, bool(fast))
