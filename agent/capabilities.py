"""Check what tools and stages need against what a run has, before the run starts."""

from __future__ import annotations

from collections.abc import Iterable

from pygent.agent.pipelines import PIPELINES, STAGES
from pygent.agent.profile import Profile
from pygent.agent.toolbox import ALL, every

CAPABILITIES = {
    "sandbox": "a box to run in",
    "shell": "a shell in the box",
    "tests": "visible cases that can be run",
    "inputs": "visible inputs of a function (suites of kind cases, timing or objective)",
    "archive": "an archive to look into",
}


def missing(profile: Profile, capabilities: Iterable[str]) -> list[str]:
    """What a profile names that does not exist, or needs and does not have, one line each.

    A tool marked with `?` is not required.
    """
    there = set(capabilities)
    problems = []
    if profile.pipeline not in PIPELINES:
        known = ", ".join(PIPELINES)
        problems.append(
            f"profile {profile.name}: there is no pipeline {profile.pipeline!r}; there are: {known}"
        )
    for stage in PIPELINES.get(profile.pipeline, ()):
        problems += [
            f"profile {profile.name}: stage {stage} needs {CAPABILITIES[need]}"
            for need in STAGES[stage].needs
            if need not in there
        ]
    for marked in profile.tools:
        name = marked.removesuffix("?")
        if name == ALL:
            continue
        tool = every().get(name)
        if tool is None:
            known = ", ".join(every())
            problems.append(f"profile {profile.name}: there is no tool {name!r}; there are: {known}")
            continue
        lacking = [need for need in tool.needs if need not in there]
        if lacking and not marked.endswith("?"):
            problems.append(
                f"profile {profile.name}: tool {name} needs {CAPABILITIES[lacking[0]]}; "
                f"write it as `{name}?` to do without it if it is missing"
            )
    return problems


def usable(profile: Profile, capabilities: Iterable[str]) -> tuple[str, ...]:
    """The tools of a profile that have what they need."""
    there = set(capabilities)
    known = every()
    return tuple(
        name
        for name in profile.tool_names
        if name == ALL or (name in known and there.issuperset(known[name].needs))
    )
