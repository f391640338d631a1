"""A desk for tools and a model that answers by a script, so that tests need neither box nor network."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import pytest

from pygent.agent.dialogue.brief import Brief
from pygent.agent.host_client import HostClient
from pygent.agent.profile import Profile
from pygent.agent.work.attempt_state import AttemptState
from pygent.agent.work.workspace import Workspace
from pygent.prompts.message import ToolSpec

SOURCE = '''"""Distances."""

LIMIT = 3


def slow(xs):
    total = 0
    for x in xs:
        total += x
    return total


class Box:
    def size(self):
        return LIMIT
'''
FILES = {"pkg/main.py": SOURCE, "pkg/other.py": "import os\n\nVALUE = 1\n", "notes.txt": "total recall\n"}
EDITABLE = ("pkg/main.py",)
FAST = "def slow(xs):\n    return sum(xs)\n"


def say(text: str, *calls: tuple[str, object], cut_off: bool = False) -> dict[str, Any]:
    """A model's answer. Arguments that are text already are sent as they are."""
    wishes = [
        [f"c{number}", name, arguments if isinstance(arguments, str) else json.dumps(arguments)]
        for number, (name, arguments) in enumerate(calls)
    ]
    return {"text": text, "calls": wishes, "cut_off": cut_off}


def edit(source: str = FAST, path: str = "pkg/main.py") -> tuple[str, object]:
    return "edit_symbol", {"action": "replace", "path": path, "symbol": "slow", "source": source}


def finish(note: str = "sum is in C") -> tuple[str, object]:
    return "finish", {"note": note}


@dataclass
class Host:
    """What is beyond the door: answers of a model in order, and fixed answers for the rest."""

    answers: list[dict[str, Any]] = field(default_factory=list)
    others: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: list[dict[str, Any]] = field(default_factory=list)

    def __call__(self, question: Any) -> Any:
        self.asked.append(json.loads(json.dumps(question)))
        if question["op"] == "complete":
            return (
                self.answers.pop(0) if self.answers else {"error": "budget", "text": "the script has ended"}
            )
        return self.others.get(question["op"], {"error": "unknown", "text": "nothing here"})

    @property
    def completions(self) -> list[dict[str, Any]]:
        return [one for one in self.asked if one["op"] == "complete"]

    @property
    def told(self) -> str:
        """The last messages that the model was sent, as one text."""
        return "\n".join(message["content"] for message in self.completions[-1]["messages"])


def brief(**changes: Any) -> Brief:
    fields = {
        "target": "sums",
        "goal": "Sum faster.",
        "notes": "",
        "files": FILES,
        "editable": EDITABLE,
        "objective": "The score is `speed`: higher is better.",
        "score": 1.0,
        "baseline_score": 1.0,
    }
    return Brief(**{**fields, **changes})


def task(profile: Profile, tools: Sequence[Mapping[str, Any]] = (), **changes: Any) -> dict[str, Any]:
    """A task as the host sends it."""
    told = json.loads(json.dumps(asdict(brief(**changes))))
    return {"brief": told, "profile": profile.plain(), "mcp_tools": list(tools)}


@pytest.fixture
def desk_of() -> Iterator[Callable[..., AttemptState]]:
    """Makes desks, whose folders are gone after the test."""
    made: list[Workspace] = []

    def make(
        host: Host | None = None,
        limits: Mapping[str, Any] | None = None,
        servers: Sequence[ToolSpec] = (),
        **changes: Any,
    ) -> AttemptState:
        told = brief(**changes)
        profile = Profile.of(
            {
                "name": "t",
                "pipeline": "direct",
                "tools": ["view", "edit_symbol", "finish"],
                "limits": dict(limits or {}),
            }
        )
        workspace = Workspace(told.files, told.editable)
        made.append(workspace)
        return AttemptState(told, profile, HostClient(host or Host()), workspace, tuple(servers))

    yield make
    for workspace in made:
        workspace.close()
