"""The options that `evolve` and `resume` take from `RunConfig`: `python -m tests.support.run_options` writes
them into a file that imports no pydantic."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Literal, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le
from pydantic.fields import FieldInfo

from pygent.evolution.settings.config import RunConfig
from pygent.evolution.settings.setting_offers import Offered, fields_of

FILE = Path(__file__).parents[2] / "interfaces" / "cli" / "run_options.py"

SETTINGS = Path(__file__).parents[2] / "interfaces" / "python" / "run_settings.py"
SETTINGS_HEAD = '''\
"""Keywords of `pygent.evolve`: generated from `RunConfig` by `make docs`, not to be edited."""

from typing import Literal, TypedDict

from pygent.evolution.protocols import Acceptor, Proposer, Selector
from pygent.gateway.models.prices import Price
from pygent.sandbox.api import Sandbox


class RunSettings(TypedDict, total=False):
    """See `RunConfig`. What is left out is as on the command line."""

'''
OBJECTS = {  # what may be an object, too
    "proposer": "str | Proposer | type[Proposer]",
    "selector": "str | Selector | type[Selector]",
    "acceptor": "str | Acceptor | type[Acceptor]",
    "sandbox": "str | Sandbox",
}

HEAD = '''\
"""Options of `evolve` and `resume`: generated from `RunConfig` by `make docs`, not to be edited."""

from pygent.interfaces.cli.options import RunOption

RUN_OPTIONS = (
'''
TAIL = """\
)
RESUME_OPTIONS = tuple(one for one in RUN_OPTIONS if "resume" in one.to)
AGENT_OPTIONS = tuple(one for one in RUN_OPTIONS if "agent_run" in one.to)
"""


def text() -> str:
    options = "".join(f"    {_option(*one)},\n" for one in fields_of(RunConfig, "evolve"))
    ruff = [sys.executable, "-m", "ruff", "format", "--stdin-filename", str(FILE), "-"]
    done = subprocess.run(ruff, input=HEAD + options + TAIL, capture_output=True, text=True, check=True)
    return done.stdout


def _option(name: str, field: FieldInfo, offered: Offered) -> str:
    description = field.description or ""
    arguments = {
        "name": repr(name),
        "kind": _kind(field, offered),
        "panel": repr(offered.panel),
        "help": _literal(f"{description[0].upper()}{description[1:]}."),
    }
    if (bounds := _bounds(field)) != (None, None):
        arguments["bounds"] = repr(bounds)
    if (default := field.get_default()) not in (None, ""):
        arguments["default"] = repr(f"{default:g}" if isinstance(default, float) else str(default))
    if others := tuple(name for name in ("resume", "agent_run") if name in offered.to):
        arguments["to"] = repr(others)
    if offered.in_replay:
        arguments["variable"] = repr(f"PYGENT_{name.upper()}")
    return f"RunOption({', '.join(f'{key}={value}' for key, value in arguments.items())})"


def _literal(text: str, width: int = 80) -> str:
    """In pieces that no line is too long for."""
    pieces, line = [], ""
    for word in text.split(" "):
        if len(line) + len(word) > width:
            pieces.append(line)
            line = ""
        line += f"{word} "
    pieces.append(line[:-1])
    return f"({' '.join(map(repr, pieces))})" if len(pieces) > 1 else repr(pieces[0])


def _kind(field: FieldInfo, offered: Offered) -> str:
    kind = next(one for one in (*get_args(field.annotation), field.annotation) if one is not type(None))
    if get_origin(field.annotation) is Literal:
        return repr(get_args(field.annotation))
    if any(get_origin(one) is Literal for one in get_args(field.annotation)):  # a number, or a word for none
        return "str"
    return "list[str]" if offered.is_list else kind.__name__


def _bounds(field: FieldInfo) -> tuple[object, object]:
    """Those that include their ends, which is what a command line has words for."""
    low: object = None
    high: object = None
    for one in field.metadata:
        if isinstance(one, Ge):
            low = one.ge
        elif isinstance(one, Gt) and one.gt == 0 and int in (field.annotation, *get_args(field.annotation)):
            low = 1
        elif isinstance(one, Le):
            high = one.le
    return low, high


def settings_text() -> str:
    """The same settings as keywords of `pygent.evolve`."""
    fields = "".join(
        f"    {name}: {_annotation(name, field)}\n"
        for name, field in RunConfig.model_fields.items()
        if name != "target"
    )
    ruff = [sys.executable, "-m", "ruff", "format", "--stdin-filename", str(SETTINGS), "-"]
    done = subprocess.run(ruff, input=SETTINGS_HEAD + fields, capture_output=True, text=True, check=True)
    return done.stdout


def _annotation(name: str, field: FieldInfo) -> str:
    if name in OBJECTS:
        return OBJECTS[name]
    if get_origin(field.annotation) is Union:  # as pydantic spells a union with a Literal
        kinds = get_args(field.annotation)
    else:
        kinds = (field.annotation,)
    shown = " | ".join(kind.__name__ if isinstance(kind, type) else str(kind) for kind in kinds)
    return shown.replace("typing.", "").replace("pygent.gateway.models.prices.", "")


if __name__ == "__main__":
    FILE.write_text(text())
    SETTINGS.write_text(settings_text())
