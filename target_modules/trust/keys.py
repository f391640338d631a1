"""Which keys of a folder's files run something on this machine, or loosen what confines a variant."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pygent.extensions import is_reference

Kind = Literal["settings", "target"]


@dataclass(frozen=True)
class Harm:
    """What a key does, in words. `holds` says whether a value, read in a folder, does it."""

    what: str
    holds: Callable[[Any, Path], bool]


def harms(kind: Kind) -> Mapping[str, Harm | None]:
    """Every key of `pygent.toml` ("settings") or of `target.toml` ("target"), and the harm that it could do.

    None marks keys that run nothing and loosen nothing. This is the only list: a key that is missing from it
    fails a test.
    """
    return _SETTINGS if kind == "settings" else _TARGET


def harmful(kind: Kind, values: Mapping[str, Any], folder: Path) -> dict[str, Harm]:
    """The keys among `values` whose value runs or loosens something.

    A value of the wrong type counts as harmful: its reader reports the error later.
    """
    return {
        name: harm
        for name, harm in harms(kind).items()
        if harm is not None and name in values and _holds(harm, values[name], folder)
    }


def _holds(harm: Harm, value: Any, folder: Path) -> bool:
    try:
        return harm.holds(value, folder)
    except (AttributeError, TypeError, ValueError, OSError):
        return True


def _unless(*fine: object) -> Callable[[Any, Path], bool]:
    return lambda value, folder: value not in (None, "", [], (), {}, *fine)


def _above(most: float) -> Callable[[Any, Path], bool]:
    return lambda value, folder: value is not None and value > most


def _is_outside(value: Any, folder: Path) -> bool:
    """Whether a path leaves its target's repository or, if there is none, the folder above the target."""
    if value is None:
        return False
    top = next((one for one in (folder, *folder.parents) if (one / ".git").exists()), folder.parent)
    return not (folder / value).resolve().is_relative_to(top)


def _is_address(value: Any, folder: Path) -> bool:
    return value is not None and "://" in value


def _is_code(value: Any, folder: Path) -> bool:
    """Whether a setting names code by import string or file; several are separated by commas."""
    return any(is_reference(one) for one in value.split(","))


def _names_a_model(value: Any, folder: Path) -> bool:
    return any(name is not None for name in value)


_CODE = Harm("is Python that runs on this machine", _is_code)
_FILE = Harm("reads a file elsewhere", _is_outside)
_SETTINGS: Mapping[str, Harm | None] = {
    "on_finish": Harm("runs a command when a run ends", _unless()),
    **dict.fromkeys(("proposer", "selector", "acceptor", "trackers"), _CODE),
    "on_finish_keys": Harm("passes variables, including keys, to that command", _unless()),
    "mcp_config": Harm("starts the MCP servers of a file", _unless()),
    "model": Harm("sends a key to an address that it names", _is_address),
    "prices": Harm("decides what a budget in dollars allows", _unless()),
    "error_rate": Harm("accepts more by chance", _above(0.05)),
    "sandbox": Harm("chooses where untrusted code runs", _unless("auto")),
    "waive": Harm("lets untrusted code run without limits", _unless()),
    "image": Harm("chooses what boxes are made of", _unless()),
    "runtime": Harm("chooses what runs the boxes", _unless()),
    **dict.fromkeys(
        (
            *("target", "profile", "replay", "task_profile", "task_tokens", "task_calls"),
            *("task_minutes", "model_minutes", "dollars_per_hour", "max_answer_tokens", "temperature"),
            *("seed", "attempts", "evaluations", "minutes", "tokens", "dollars", "calls", "attempt_tokens"),
            *("attempt_dollars", "attempt_calls", "attempt_minutes", "until", "workers", "window"),
            *("fuse", "engine_minutes", "approval", "extensions"),
        )
    ),
}
_TARGET: Mapping[str, Harm | None] = {
    "source": Harm("reads sources elsewhere", _is_outside),
    "trust": Harm("lets verdicts reached inside a variant's box promote it", _unless("sealed")),
    "packages": Harm("installs packages", _unless()),
    "judges.model": Harm("chooses a model that is sent sources, and paid", _names_a_model),
    "suite.kind": Harm("is Python that runs on this machine", lambda value, folder: is_reference(value)),
    "suite.grader": Harm("is Python that runs on this machine", _unless()),
    "suite.cases": _FILE,
    "suite.held_out": _FILE,
    "suite.evaluator": _FILE,
    "suite.check": _FILE,
    "suite.tasks": _FILE,
    "limits.memory_mb": Harm("gives boxes more memory", _above(512)),
    "limits.pids": Harm("gives boxes more processes", _above(64)),
    "limits.tmpfs_mb": Harm("gives boxes more scratch space", _above(32)),
    "limits.load_seconds": Harm("lets imports take longer", _above(60)),
    "limits.call_seconds": Harm("lets calls take longer", _above(600)),
    "limits.total_seconds": Harm("lets children take longer", _above(3600)),
    "limits.grace": Harm("lets calls go on after their time", _above(2)),
    "limits.loopback": Harm("lets sockets be opened in boxes", _unless(False)),
    "safety.imports": Harm("lets patches import modules", _unless()),
    "safety.calls": Harm("lets patches make otherwise forbidden calls", _unless()),
    "safety.scripts": Harm("lets new names use letters that look like others", _unless()),
    **dict.fromkeys(
        (
            *("name", "goal", "notes", "files", "support", "pythonpath", "package", "editable", "entry"),
            *("depends", "distribution", "objectives", "thresholds", "suite.tests"),
            *("limits.learn", "limits.timeouts"),
            *("judges.name", "judges.rubric", "judges.samples"),
            *("suite.options", "suite.sampled", "suite.count", "suite.held_out_count", "suite.pairs"),
            *("suite.mends", "suite.stages"),
        )
    ),
}
