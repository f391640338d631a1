"""The page of the Python API, made of signatures and docstrings; the examples stand here."""

from __future__ import annotations

import dataclasses
import enum
import inspect
from collections.abc import Callable, Iterator
from pathlib import Path

import pygent

PAGE = """\
# Python API: `pygent`

`import pygent` offers scripts and notebooks what the command line does. Settings come from keywords, then
from `PYGENT_*` variables, then from the file `config` if you name one; `./pygent.toml` is not read unasked.
They are listed in [configuration](configuration.md). [The notebook](../tutorial/notebook.md) is a first walk.

Everything is typed. Names that are not on this page, in [`pygent.grading`](grading.md) or in `pygent.testing`
may change. The examples use the target of [this tutorial](../tutorial/own-function.md).

{sections}"""
SECTIONS = {
    "Runs": "evolve resume aevolve aresume Run RunConfig RunRecord EndReason Usage",
    "Variants": "Variant AttemptFinding Status Interval Evaluation",
    "Targets and measurements": "target bench Target Tree",
    "The archive": "Archive",
    "Applying": "Applied ApplyPlan",
    "Progress": "Progress",
    "Extension points": "Proposer ProposerContext Parent Proposal DurableSteps "
    "Selector Candidate Acceptor PairedAcceptor PairedSamples PairedDecision Tracker",
    "Errors": "ApplyError ArchiveError ConfigError ExtensionError ModelError "
    "OversightError SandboxUnavailableError TargetError UntrustedError",
}
INTRODUCTIONS = {
    "Extension points": "How to write one is in [extensions of your own](../how-to/extend.md).",
    "Errors": "The text says what to do, mostly in one line.",
}
EXAMPLES = {
    "evolve": """\
import pygent

run = pygent.evolve("targets/slugify", evaluations=400, until=1, selector="dgm", seed=1)
print(run.best.score, run.best.held_out)
print(run.best.diff)""",
    "resume": """\
run = pygent.resume(run, evaluations=60, until=2)""",
    "aevolve": """\
import asyncio


async def two_seeds():
    return await asyncio.gather(
        *(pygent.aevolve("targets/slugify", attempts=20, seed=seed) for seed in (1, 2))
    )


runs = asyncio.run(two_seeds())""",
    "aresume": """\
run = asyncio.run(pygent.aresume(runs[0], attempts=25))""",
    "Run": """\
run = pygent.Archive.open(".pygent").runs()[0]
print(run, run.ended_by, run.usage.dollars)
for variant in run.variants(status="accepted"):
    print(variant.attempt, variant.score, variant.operator)
plan = run.apply(dry_run=True)
print(plan.obstacles or "nothing is in the way")""",
    "Variant": """\
best = run.best
print(best.status, best.score, best.held_out)
print(best.evaluation.passed, "of", best.evaluation.total)
print(best.files["text.py"])
best.decide("annotate", "an odd way to write it")""",
    "target": """\
from mylib.text import slugify

cases = [(("Hello World",), "hello-world"), (("one two three", 7), "one-two"), (("abcdef", 3), "abc")]
target = pygent.target(slugify, cases)
print(target.name, target.root)""",
    "bench": """\
text = best.files["text.py"]
print(pygent.bench("targets/slugify", text).score)
print(pygent.bench("targets/slugify", text, held_out=True).score)""",
    "Archive": """\
with pygent.Archive.open(".pygent") as archive:
    for run in archive.runs():
        print(run.id, run.target, run.ended_by, len(run.variants()))
    print(archive.variants(order="score", limit=1))""",
    "Progress": """\
def show(progress: pygent.Progress) -> None:
    if progress.latest is not None:
        print(progress.attempts, progress.latest.status, progress.latest.score)


pygent.evolve("targets/slugify", attempts=5, callbacks=[show], progress=False)""",
    "ConfigError": """\
try:
    pygent.evolve("targets/slugify", selector="nosuch")
except pygent.ConfigError as error:
    print(error)""",
}
MEMBERS = ("Archive", "Run", "Variant", "Proposer", "Selector", "Acceptor", "Tracker")


def page() -> str:
    """The whole page."""
    return PAGE.format(
        sections="\n".join(_section(title, names.split()) for title, names in SECTIONS.items())
    )


def _section(title: str, names: list[str]) -> str:
    parts = [f"## {title}\n"]
    if title in INTRODUCTIONS:
        parts.append(f"{INTRODUCTIONS[title]}\n")
    return "\n".join([*parts, *map(_entry, names)])


def _entry(name: str) -> str:
    found = getattr(pygent, name)
    parts = [f"### `{name}`\n"]
    if inspect.isfunction(found):
        parts.append(f"```py\n{_signature(name, found)}\n```\n")
    elif dataclasses.is_dataclass(found):
        shown = (one for one in dataclasses.fields(found) if one.name != "home")
        fields = "".join(f"    {one.name}: {one.type}\n" for one in shown)
        parts.append(f"```py\nclass {name}:\n{fields}```\n")
    parts.append(f"{_text(found)}\n")
    if isinstance(found, enum.EnumMeta):
        parts.append(", ".join(f"`{one.value}`" for one in found) + "\n")
    if name in MEMBERS:
        parts.extend(_members(found))
    if name in EXAMPLES:
        parts.append(f"```python\n{EXAMPLES[name]}\n```\n")
    return "\n".join(parts)


def _members(kind: type) -> Iterator[str]:
    """Attributes and methods, one paragraph each."""
    lines = []
    for name, value in vars(kind).items():
        if name.startswith("_"):
            continue
        value = getattr(value, "__func__", value)
        if isinstance(value, property):
            shown = f"{name}: {value.fget.__annotations__['return']}"
        elif inspect.isfunction(value):
            shown = _signature(name, value, on_one_line=True)
        else:
            continue
        lines.append(f"- `{shown}`: {' '.join(_text(value).split())}")
    yield "\n".join(lines) + "\n"


def _signature(name: str, function: Callable[..., object], *, on_one_line: bool = False) -> str:
    signature = inspect.signature(function)
    shown: list[str] = []
    for one in signature.parameters.values():
        if one.kind is one.KEYWORD_ONLY and "*" not in shown:
            shown.append("*")
        if one.name not in ("self", "cls"):
            shown.append(_parameter(one))
    awaited = "async " if inspect.iscoroutinefunction(function) else ""
    if on_one_line:
        return f"{name}({', '.join(shown)}) -> {signature.return_annotation}"
    parameters = "".join(f"    {one},\n" for one in shown)
    return f"{awaited}def {name}(\n{parameters}) -> {signature.return_annotation}"


def _parameter(one: inspect.Parameter) -> str:
    stars = "**" if one.kind is one.VAR_KEYWORD else ""
    if one.default is one.empty:
        return f"{stars}{one.name}: {one.annotation}"
    default = str(one.default) if isinstance(one.default, Path) else one.default
    return f"{one.name}: {one.annotation} = {default!r}"


def _text(found: object) -> str:
    own = found.__doc__ if isinstance(found, type) else inspect.getdoc(found)
    return inspect.cleandoc(own or "")
