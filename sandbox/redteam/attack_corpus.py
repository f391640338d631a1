"""The attacks as they lie on disk; read, and never imported, on the host.

Each is a file `attacks/<group>/<name>.py` of the standard library alone, which may `import tools`. The first
line of its docstring is its title. `attack()` gives back a dict: what was tried, and the name of the error
that stopped it, '' where it succeeded. It may take the number of the call and a text that only this call
knows. `later()`, in the next program's place, and `neighbour()`, in another box while the first one lives,
answer in the same form; `later` may take the halves of the texts of the calls before.

Literals at the top of the file, all optional: `ENDS`, the outcomes that also count as stopped; `CALLS`;
`LIMITS`, fields of `Limits` that are other than in `LIMITS` here; `FAST`, for the quick choice; `LOOPBACK`,
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
    load_seconds=5,
    call_seconds=1.5,
    total_seconds=5,
)
_FUNCTIONS = ("attack", "later", "neighbour")
_LITERALS = ("ENDS", "CALLS", "LIMITS", "FAST", "LOOPBACK")


@dataclass(frozen=True)
class Attack:
    """One attack. `arguments` says of each function in the file how many arguments it takes."""

    name: str  # group/file
    title: str
    source: str
    arguments: dict[str, int]
    ends: tuple[Outcome, ...]
    calls: int
    fast: bool
    spec: BoxSpec


def read_attacks(folder: Path = FOLDER) -> list[Attack]:
    """Every attack, by group and name. Raises `CorpusError`."""
    found = [_read(path, group) for group in GROUPS for path in sorted((folder / group).glob("*.py"))]
    if not found:
        raise CorpusError(f"{folder}: no attacks; each is a file <group>/<name>.py that defines `attack()`")
    return found


def _read(path: Path, group: str) -> Attack:
    file = read_file(path, _LITERALS)
    said = file.literals
    if "attack" not in file.functions:
        raise CorpusError(f"{path}: no function `attack`")
    try:
        return Attack(
            name=f"{group}/{path.stem}",
            title=file.title,
            source=file.source,
            arguments={name: count for name, count in file.functions.items() if name in _FUNCTIONS},
            ends=tuple(Outcome(name) for name in said.get("ENDS", ())),
            calls=int(said.get("CALLS", 1)),
            fast=said.get("FAST") is True,
            spec=BoxSpec(_limits(said.get("LIMITS", {})), loopback=said.get("LOOPBACK") is True),
        )
    except (TypeError, ValueError) as error:
        raise CorpusError(
            f"{path}: {error}; sandbox/redteam/attack_corpus.py says what may stand at the top"
        ) from None


def _limits(changes: dict[str, float]) -> Limits:
    known = {field.name for field in fields(Limits)}
    if unknown := sorted(changes.keys() - known):
        raise ValueError(f"no limit is called {', '.join(unknown)}")
    return replace(LIMITS, **changes)  # type: ignore[arg-type]
