"""The attacks as they lie on disk; the host reads them and never imports them.

Each is a file `attacks/<group>/<name>.py` that uses the standard library alone and may `import tools`. The
first line of its docstring is its title. `attack()` returns a dict: what was tried, and the name of the
error that stopped it, '' if it succeeded. It may take the number of the call and a text that only this call
knows. `later()`, run as the next program, and `neighbour()`, run in another box while the first one lives,
answer in the same form; `later` may take half of each text of the calls before.

Literals at the top of the file, all optional: `ENDS`, the outcomes that also count as stopped; `CALLS`;
`LIMITS`, the fields of `Limits` that differ from `LIMITS` here; `FAST`, for the quick selection; `LOOPBACK`,
for a box with sockets.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from pathlib import Path

from pygent.sandbox.api import BoxSpec, Limits, Outcome
from pygent.sandbox.redteam.program_file import CorpusError, read_file

FOLDER = Path(__file__).parents[1] / "attacks"
GROUPS = ("resources", "escapes", "channel")
LIMITS = Limits(
    memory_mb=64,
    pids=24,
    tmpfs_mb=4,
    tmpfs_inodes=200,
    answer_bytes=1 << 20,
    all_answers_bytes=4 << 20,
    output_bytes=2000,
    load_seconds=2.5,
    call_seconds=0.75,
    total_seconds=2.5,
    wall_factor=2,
)
_FUNCTIONS = ("attack", "later", "neighbour")
_LITERALS = ("ENDS", "CALLS", "LIMITS", "FAST", "LOOPBACK")


@dataclass(frozen=True)
class Attack:
    """One attack. `arguments` says how many arguments each function in the file takes."""

    name: str  # group/file
    title: str
    source: str
    arguments: dict[str, int]
    ends: tuple[Outcome, ...]
    calls: int
    fast: bool
    spec: BoxSpec


def read_attacks(folder: Path = FOLDER) -> list[Attack]:
    """Read every attack, ordered by group and name. Raises `CorpusError`."""
    found = [_attack_in(path, group) for group in GROUPS for path in sorted((folder / group).glob("*.py"))]
    if not found:
        raise CorpusError(f"{folder}: no attacks; each is a file <group>/<name>.py that defines `attack()`")
    return found


def _attack_in(path: Path, group: str) -> Attack:
    file = read_file(path, _LITERALS)
    literals = file.literals
    if "attack" not in file.functions:
        raise CorpusError(f"{path}: no function `attack`")
    try:
        return Attack(
            name=f"{group}/{path.stem}",
            title=file.title,
            source=file.source,
            arguments={name: count for name, count in file.functions.items() if name in _FUNCTIONS},
            ends=tuple(Outcome(name) for name in literals.get("ENDS", ())),
            calls=int(literals.get("CALLS", 1)),
            fast=literals.get("FAST") is True,
            spec=BoxSpec(_limits(literals.get("LIMITS", {})), loopback=literals.get("LOOPBACK") is True),
        )
    except (TypeError, ValueError) as error:
        raise CorpusError(
            f"{path}: {error}; sandbox/redteam/attack_corpus.py describes the literals at the top"
        ) from None


def _limits(changes: dict[str, float]) -> Limits:
    known = {field.name for field in fields(Limits)}
    if unknown := sorted(changes.keys() - known):
        raise ValueError(f"no limit is called {', '.join(unknown)}")
    return replace(LIMITS, **changes)  # type: ignore[arg-type]
