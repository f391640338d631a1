"""Make a target from an OpenEvolve evaluator and its program; both stay where they are."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from glob import escape
from pathlib import Path

from pygent.target_modules.onboarding.local_dependencies import Beside, look_beside
from pygent.target_modules.onboarding.module_target import name_for, source_of
from pygent.target_modules.onboarding.requirement_files import read_lines
from pygent.target_modules.onboarding.requirements import requirement_of
from pygent.target_modules.patch.model.editable import BLOCKS
from pygent.target_modules.patch.syntax.outline import names_bound
from pygent.target_modules.patch.syntax.source import NotPythonError, parse
from pygent.target_modules.spec.blocks import BlockError, blocks
from pygent.target_modules.spec.manifest import TargetError
from pygent.target_modules.spec.manifest_text import manifest_text

SCORE = "combined_score"
CASCADE = (0.5, 0.75, 0.9)  # OpenEvolve's default `cascade_thresholds`
_TIMEOUT = 300  # seconds, OpenEvolve's default
_LEAST, _FACTOR = 20, 10  # seconds of a call; a variant's time over the baseline's
_PACKAGES = {
    "sklearn": "scikit-learn", "PIL": "pillow", "yaml": "PyYAML", "cv2": "opencv-python-headless",
    "skimage": "scikit-image", "bs4": "beautifulsoup4", "Crypto": "pycryptodome",
    "dateutil": "python-dateutil",
}  # fmt: skip  # packages whose name differs from the module's

_WHY_TRUST = """\
The evaluator runs beside each variant, in its box, so a variant could forge its score:
read the change before you believe a winner. Without this line nothing would be promoted."""


@dataclass(frozen=True)
class Evaluator:
    """An evaluator and its program on disk; paths of files are below `source`."""

    file: Path
    source: Path
    program: str
    stages: tuple[str, ...]
    blocks: int
    beside: Beside
    packages: tuple[str, ...]
    notes: tuple[str, ...]


def look_at(evaluator: Path, program: Path, requirements: Path | None = None) -> Evaluator:
    """Find out what an evaluator has and needs; nothing of it runs. Raises `TargetError`."""
    text, code = _read(evaluator, "--evaluator"), _read(program, "--program")
    evaluator, program = evaluator.resolve(), program.resolve()
    if evaluator == program:
        raise TargetError(f"--program: {program} is the evaluator")
    names = {name for node in parse(text).body for name in names_bound(node)}
    if "evaluate" not in names:
        raise TargetError(f"--evaluator: {evaluator} has no function evaluate(program_path)")
    try:
        number = len(blocks(code))
    except BlockError as error:
        raise TargetError(f"--program: {program}:{error.line}: {error.reason}") from None
    source = Path(os.path.commonpath([evaluator.parent, program.parent]))
    beside = look_beside(source, evaluator, program)
    packages, read_from = _packages(beside.foreign, requirements, evaluator.parent)
    notes = [f"{program.name}: {_blocks_told(number)} may change"]
    if beside.files:
        notes.append(f"goes with the evaluator: {', '.join(beside.files)}")
    notes += beside.notes
    if packages:
        notes.append(f"packages, from {read_from}: {', '.join(packages)}")
    return Evaluator(
        evaluator,
        source,
        program.relative_to(source).as_posix(),
        _stages(names),
        number,
        beside,
        packages,
        tuple(notes),
    )


def thresholds_for(stages: Mapping[str, float | None]) -> tuple[dict[str, float], list[str]]:
    """OpenEvolve's thresholds for all stages but the last, with notes.

    `stages` holds the starting program's score in each stage. A threshold that it misses itself is left out,
    because no run could begin.
    """
    kept: dict[str, float] = {}
    notes: list[str] = []
    for (stage, value), threshold in zip(list(stages.items())[:-1], CASCADE, strict=False):
        if value is None or value < threshold:
            figure = "nothing" if value is None else f"{value:.6g}"
            notes.append(f"{stage}: no threshold, as the program has {figure} ({threshold:g} is usual)")
        else:
            kept[stage] = threshold
            notes.append(f"{stage}: variants below {threshold:g} go no further (suite.stages.threshold)")
    return kept, notes


def manifest_of(
    found: Evaluator,
    out: Path,
    *,
    goal: str = "",
    metric: str = SCORE,
    thresholds: Mapping[str, float] | None = None,
    seconds: float | None = None,
    loopback: bool = False,
) -> str:
    """The text of `target.toml` in `out`; `seconds`: the time of the slowest stage, if known."""
    program = Path(found.program)
    program_glob = escape(found.program)
    call = _TIMEOUT if seconds is None else min(max(_LEAST, math.ceil(_FACTOR * seconds)), _TIMEOUT)
    return manifest_text(
        {
            "name": name_for(out),
            "goal": goal or f"Raise {metric}, as {found.file.name} measures {program.name}.",
            "source": source_of(found.source, out),
            "files": [program_glob],
            "support": [escape(file) for file in found.beside.files],
            "pythonpath": [program.parent.as_posix()],
            "editable": [f"{program_glob}:{BLOCKS}" if found.blocks else program_glob],
            "packages": found.packages,
            "trust": "in-process",
            "suite": {
                "kind": "evaluator",
                "evaluator": f"{source_of(found.file.parent, out)}/{found.file.name}",
                "stages": [
                    {"name": stage, "threshold": (thresholds or {}).get(stage)} for stage in found.stages
                ],
            },
            "objectives": [{"metric": metric, "direction": "max"}],
            "limits": {
                "memory_mb": 2048,
                "pids": 128,
                "tmpfs_mb": 256,
                "load_seconds": 60,
                "call_seconds": call,
                "total_seconds": call * max(len(found.stages), 1) + 60,
                "loopback": loopback or None,
            },
            "safety": {"imports": found.beside.foreign or None},
        },
        above={"trust": _WHY_TRUST},
    )


def _read(file: Path, option: str) -> str:
    if file.suffix != ".py":
        raise TargetError(f"{option}: {file} is not a Python file")
    try:
        text = file.read_bytes().decode("utf-8-sig")
        parse(text)
    except UnicodeDecodeError:
        raise TargetError(f"{option}: {file} is not UTF-8") from None
    except OSError as error:
        raise TargetError(f"{option}: {file} cannot be read: {error.strerror}") from None
    except NotPythonError as error:
        raise TargetError(f"{option}: {file} does not parse: {error}") from None
    return text


def _stages(names: set[str]) -> tuple[str, ...]:
    """The stages of OpenEvolve's cascade; a single first stage is followed by the whole `evaluate`."""
    found: list[str] = []
    while f"evaluate_stage{len(found) + 1}" in names and len(found) < len(CASCADE):
        found.append(f"stage{len(found) + 1}")
    return tuple(found) if len(found) > 1 else (*found, "evaluate")


def _blocks_told(number: int) -> str:
    if number == 0:
        return "all of it (there are no EVOLVE-BLOCK markers)"
    return "what lies in the EVOLVE-BLOCK" if number == 1 else f"what lies in the {number} EVOLVE-BLOCKs"


def _packages(
    foreign: tuple[str, ...], requirements: Path | None, folder: Path
) -> tuple[tuple[str, ...], str]:
    """The packages for the image and their origin: a file, one beside the evaluator, or its imports."""
    file = requirements if requirements is not None else folder / "requirements.txt"
    if requirements is None and not file.is_file():
        return tuple(_PACKAGES.get(name, name) for name in foreign), "what is imported"
    kept: list[str] = []
    for text, origin in read_lines(file).asked:
        wanted = requirement_of(text, origin)
        if wanted.name.lower() != "openevolve" and (wanted.marker is None or wanted.marker.evaluate()):
            kept.append(text.partition(";")[0].strip())
    return tuple(dict.fromkeys(kept)), file.name
