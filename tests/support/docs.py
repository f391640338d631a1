"""The pages of the docs that are made from the code: `python -m tests.support.docs` writes them."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel

DOCS = Path(__file__).parents[2] / "docs"

CONFIGURATION = """\
# Configuration

A run takes its settings from the command line, then from environment variables `PYGENT_<KEY>` (upper case),
then from `pygent.toml` in the current folder (or the file given by `--config`), then from the defaults
below. An unknown key is an error. If keys of a file run or loosen something, you are [asked
once](../how-to/trust.md) to trust them. The settings are stored with the run; `pygent resume` can change
its budgets and its sandbox, and takes no command from it.

{rows}

## Prices

Prices of models that are not in the built-in list, as tables `[prices."MODEL"]`:

| key | meaning |
|---|---|
{prices}

## Other variables

| variable | meaning |
|---|---|
| `PYGENT_HOME` | folder of the archive, as with `--home` |
| `PYGENT_NO_INSTALL=1` | forbids `make` to install a Docker engine |
| `OPENAI_API_KEY`, `OPENAI_BASE_URL` | key and address of a model; see [models](../how-to/models.md) |
| `XDG_STATE_HOME` | folder for the record of your [trust](../how-to/trust.md); `~/.local/state` by default |
| `PYGENT_MODELS` | folder of the [local model](../how-to/local-model.md) |
| `PYGENT_REVIEW_PASSWORD` | password of the [review page](../how-to/review-page.md) beyond loopback |
"""

MANIFEST = """\
# The manifest, `target.toml`

A target is a folder with a `target.toml`. An unknown key, a wrong type or a missing file is an error that
names the file and the key. `pygent targets init` writes a manifest for you. `pygent targets check DIR`
tries a target out: its manifest, its cases, and its baseline in the sandbox.

| key | type | default | meaning |
|---|---|---|---|
{rows}

In the globs of `files`, `support` and `editable`, `*` and `?` stay within a folder, `**` matches any number
of folders, `[...]` matches one of several characters, and `[[]` a bracket. So `*.py` matches the files at
the top, `**/*.py` all Python files, and `data/**` all files below `data`. `pygent targets check` refuses an
`editable` that matches no file.

A required key of a table is required only if the table is given. `[]` marks an array of tables, such as
`[[suite.stages]]`. Without `suite.stages` there is one stage, `all`. Held-out cases always run as a whole,
because stages and their thresholds only save time in a search. [Suites and graders](suites.md) describes
the kinds of suite and the metrics.
"""

GRADING = """\
# Python API: `pygent.grading`

A grader is your own trusted Python file, which runs on the host. It imports these names from
`pygent.grading`, and defines the functions described in [suites and graders](suites.md#graders). All four
are frozen dataclasses and hold plain values: numbers, strings, `None`, and lists, tuples, sets and
dictionaries of these.

{classes}"""


def commands() -> str:
    """Every command with every option."""
    import typer
    from typer.cli import get_docs_for_click

    from pygent.interfaces.cli.app import app

    command = typer.main.get_command(app)
    context = command.make_context("pygent", ["--help"], resilient_parsing=True)
    text = get_docs_for_click(obj=command, ctx=context, name="pygent")
    return "\n".join(line.rstrip() for line in text.strip().splitlines()) + "\n"


def configuration() -> str:
    """Every key of `pygent.toml`."""
    from pygent.evolution.settings.config import RunConfig
    from pygent.gateway.models.prices import Price

    rows = ["| key | default | meaning |", "|---|---|---|"]
    for name, field in RunConfig.model_fields.items():
        if name == "target":
            continue
        default = field.get_default(call_default_factory=True)
        shown = "" if default is None else "(empty table)" if default == {} else f"`{default}`"
        rows.append(f"| `{name}` | {shown} | {field.description} |")
    prices = [f"| `{name}` | {field.description} |" for name, field in Price.model_fields.items()]
    return CONFIGURATION.format(rows="\n".join(rows), prices="\n".join(prices))


def manifest() -> str:
    """Every key of `target.toml`."""
    from pygent.target_modules.spec.manifest_tables import Manifest

    return MANIFEST.format(rows="\n".join(_keys(Manifest, "")))


def keys_of(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    """Every dotted key, those of tables and of tables in arrays included."""
    for name, field in model.model_fields.items():
        inner = _inner(field.annotation)
        if inner is None:
            yield f"{prefix}{name}"
        else:
            yield from keys_of(inner, f"{prefix}{name}.")


def _inner(kind: Any) -> type[BaseModel] | None:
    return next((one for one in (kind, *get_args(kind)) if hasattr(one, "model_fields")), None)


def _keys(model: type[BaseModel], prefix: str) -> Iterator[str]:
    for name, field in model.model_fields.items():
        kind = field.annotation
        inner = _inner(kind)
        if inner is not None:
            many = "[]" if get_origin(kind) is tuple else ""
            yield from _keys(inner, f"{prefix}{name}{many}.")
            continue
        needed = "*required*" if field.is_required() else _shown(field.get_default())
        yield f"| `{prefix}{name}` | {_type(kind)} | {needed} | {field.description} |"


def _type(kind: object) -> str:
    """A type as one writes it in TOML."""
    parts = [part for part in get_args(kind) if part is not type(None)]
    if get_origin(kind) is Literal:
        return " or ".join(f"`{part}`" for part in parts)
    if get_origin(kind) is tuple:
        return f"array of {_type(parts[0])}s"
    if get_origin(kind) is dict:
        return "table"
    if parts:
        return _type(parts[0])
    return {str: "string", int: "integer", float: "number", bool: "boolean"}[kind]  # type: ignore[index]


def _shown(default: object) -> str:
    if isinstance(default, tuple):
        items = ", ".join(f'"{one}"' for one in default)
        return f"`[{items}]`" if default else ""
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    return "" if default in (None, "", {}) else f"`{default}`"


def grading() -> str:
    """What a grader imports."""
    from pygent.grading import Call, Case, Graded, Problem

    return GRADING.format(classes="\n".join(map(_dataclass, (Call, Case, Problem, Graded))))


def _dataclass(one: type) -> str:
    text = inspect.getdoc(one) or ""
    fields = "\n".join(
        f"    {field.name}: {field.type}{_default(field)}," for field in dataclasses.fields(one)
    )
    return f"## {one.__name__}\n\n```python\n{one.__name__}(\n{fields}\n)\n```\n\n{text}\n"


def _default(field: dataclasses.Field[object]) -> str:
    if field.default_factory is not dataclasses.MISSING:
        return " = {}"
    return "" if field.default is dataclasses.MISSING else f" = {field.default!r}"


def python() -> str:
    """What `import pygent` offers."""
    from tests.support.python_page import page

    return page()


def notebook() -> str:
    """The notebook of the tutorials, as it was run last."""
    from tests.support.notebook_page import page

    return page(DOCS / "tutorial" / "notebook.ipynb")


PAGES = {
    "reference/commands.md": commands,
    "reference/configuration.md": configuration,
    "reference/manifest.md": manifest,
    "reference/grading.md": grading,
    "reference/python.md": python,
    "tutorial/notebook.md": notebook,
}

if __name__ == "__main__":
    for name, make in PAGES.items():
        (DOCS / name).write_text(make())
