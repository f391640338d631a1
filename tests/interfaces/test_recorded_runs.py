"""Runs that an earlier version recorded with a strong model: today's version reads them, and their answers
make the same files."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pytest

from pygent.agent.__main__ import attempt
from pygent.agent.dialogue.brief import Brief
from pygent.agent.host_client import HostClient
from pygent.agent.profile import Profile, load
from pygent.agent.toolbox import Toolbox
from pygent.agent.work.attempt_state import AttemptState
from pygent.agent.work.workspace import Workspace
from pygent.archive.store import ArchiveStore
from pygent.prompts.message import ToolCall
from pygent.target_modules.spec.manifest import load as load_target
from pygent.target_modules.spec.target_registry import find_target
from pygent.target_modules.trust.target_exhibits import as_written
from tests.support.cli import pygent

SAMPLES = Path(__file__).parent.parent / "archive" / "samples" / "strong"
CIRCLES, PACKING, DISTANCE, AGENT = "79e45f63", "41bdf3d4", "d41a5f12", "b0d7210c"
FOLDERS = {
    CIRCLES: "bin_packing_and_circles",
    PACKING: "bin_packing_and_circles",
    DISTANCE: "text_distance",
    AGENT: "coding_agent",
}
BEST, FOURTEENTH = "e2df399eb981", "b3fb63bd735c"  # attempts 12 and 14 on bin packing
SCRATCH = "/tmp/s"  # where the model's commands keep their own files


@dataclass
class Recorded:
    """A recorded attempt, and a host that answers by kind and number whatever it is asked."""

    target: str
    before: Mapping[str, str]
    after: Mapping[str, str]
    answers: Mapping[str, list[Mapping[str, Any]]]
    asked: list[Any] = field(default_factory=list)

    def __call__(self, question: Any) -> Any:
        self.asked.append(question)
        number = sum(one["op"] == question["op"] for one in self.asked) - 1
        return self.answers[question["op"]][number]

    @property
    def brief(self) -> Brief:
        manifest = find_target(self.target).manifest
        return Brief(self.target, manifest.goal, "", self.before, manifest.editable, "", None, None)

    def made_by(self, profile: Profile) -> dict[str, str]:
        """The files after today's agent has been given the recorded answers."""
        done = attempt(self, {"brief": asdict(self.brief), "profile": profile.plain(), "mcp_tools": []})
        return {**self.before, **done["files"]}


@pytest.fixture
def copied(tmp_path: Path, local: None) -> Callable[[str], Path]:
    """Copies the archive of a run, as its format may be migrated."""
    return lambda run: Path(shutil.copytree(SAMPLES / FOLDERS[run], tmp_path / "home"))


def recorded(home: Path, run: str) -> Iterator[Recorded]:
    """The attempts of a run in order, without the baseline."""
    with ArchiveStore.open(home) as archive:
        for member in archive.variants.members(run):
            variant = archive.variants.get(member.id)
            if not variant.parents:
                continue
            answers: dict[str, list[Mapping[str, Any]]] = {}
            for record in archive.variants.records(member.id, "exchange"):
                answers.setdefault(record.data["op"], []).append(record.data["answer"])
            parent = archive.variants.get(variant.parents[0])
            before, after = (
                None if one.tree is None else archive.variants.files(one.tree) for one in (parent, variant)
            )
            assert before is not None
            yield Recorded(variant.target, before, after or before, answers)


@pytest.fixture
def shell_without_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in place of the scratch folder, and a `python3` that does nothing: the commands keep what they
    do to files, and measure nothing."""
    if shutil.which("sh") is None:
        pytest.skip("no shell here")
    (tmp_path / "bin").mkdir()
    idle = tmp_path / "bin" / "python3"
    idle.write_text("#!/bin/sh\nexit 0\n")
    idle.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    return tmp_path / "scratch"


def elsewhere(answers: Mapping[str, list[Mapping[str, Any]]], scratch: Path) -> dict[str, list[Any]]:
    """Recorded answers whose commands use another scratch folder."""
    moved: dict[str, list[Any]] = json.loads(json.dumps(answers).replace(SCRATCH, str(scratch)))
    return moved


@pytest.mark.parametrize("run", FOLDERS)
def test_it_is_whole_and_every_diff_and_exchange_is_readable(run: str, copied: Callable[[str], Path]) -> None:
    home = copied(run)
    assert pygent("archive", "verify", home=home).out == "the archive has no problems\n"
    found = list(recorded(home, run))
    variants = pygent("archive", "list", "--run", run, "--limit", 100, "--json", home=home).json
    assert len(variants) == len(found) + 1
    for variant, attempted in zip(sorted(variants, key=lambda one: one["attempt"])[1:], found, strict=True):
        transcript = pygent("archive", "transcript", variant["id"], home=home)
        assert (transcript.code, transcript.err) == (0, "")
        exchanges = pygent("archive", "transcript", variant["id"], "--json", home=home).json
        assert len(exchanges) == sum(map(len, attempted.answers.values()))
        assert all(one["messages"] for one in exchanges if one["op"] == "complete")
        if attempted.before == attempted.after:
            continue
        diff = pygent("archive", "diff", variant["id"], home=home)
        assert diff.code == 0
        changed = {path for path, text in attempted.after.items() if attempted.before.get(path) != text}
        assert set(re.findall(r"^\+\+\+ b/(\S+)", diff.out, re.M)) == changed


@pytest.mark.parametrize(("run", "attempts"), [(CIRCLES, 4), (PACKING, 14)])
def test_a_recorded_answer_makes_the_same_files(
    run: str, attempts: int, copied: Callable[[str], Path]
) -> None:
    found = list(recorded(copied(run), run))
    assert len(found) == attempts
    for one in found:
        assert one.before != one.after
        assert one.made_by(load("single")) == one.after


def test_recorded_tool_calls_make_the_same_files(
    copied: Callable[[str], Path], shell_without_python: Path
) -> None:
    """Call by call, as today a `finish` without a change may end an attempt that went on then."""
    found = list(recorded(copied(DISTANCE), DISTANCE))
    assert [one.before != one.after for one in found] == [True, True, True, False]
    for one in found:
        workspace = Workspace(one.before, one.brief.editable)
        desk = AttemptState(one.brief, load("default"), HostClient(one), workspace)
        box = Toolbox(["replace", "edit_symbol", "shell"], desk)
        for answer in elsewhere(one.answers, shell_without_python)["complete"]:
            for call in map(ToolCall, *zip(*answer["calls"], strict=True)) if answer["calls"] else ():
                box.call(call)
        assert {**one.before, **workspace.result()} == one.after
        workspace.close()


def test_todays_agent_hands_the_same_files_back(
    copied: Callable[[str], Path], shell_without_python: Path
) -> None:
    for one in list(recorded(copied(DISTANCE), DISTANCE))[:2]:
        answered = Recorded(one.target, one.before, one.after, elsewhere(one.answers, shell_without_python))
        assert answered.made_by(load("default")) == one.after
        assert sum(question["op"] == "complete" for question in answered.asked) == len(
            one.answers["complete"]
        )


def test_the_fourteenth_prompt_on_bin_packing_shows_the_best_program_whole(
    copied: Callable[[str], Path],
) -> None:
    home = copied(PACKING)
    (built,) = pygent("prompts", "show", FOURTEENTH, "--rebuilt", "--json", home=home).json
    told = "".join(message["content"] for message in built["messages"])
    with ArchiveStore.open(home) as archive:
        best = archive.variants.get(archive.variants.find(BEST))
        assert best.tree is not None
        program = archive.variants.files(best.tree)["packing.py"]
    section = told[told.index("# The best program so far: attempt 12") :]
    assert program in section
    assert best.note.removesuffix("...") in section
    for metric in ("excess_uniform", "excess_weibull"):
        assert f"{metric} {best.metrics[metric]:.6g}" in section
    assert len(told) <= 25_000  # as of any parent of 9 kB (tests/agent/test_context.py)


def agent_with_its_tasks(folder: Path) -> None:
    """The target of the coding agent's run: the bundled one with other tasks and a short first stage."""
    bundled = find_target("coding_agent")
    folder.mkdir()
    (folder / "tasks").symlink_to(bundled.root / "tasks")
    manifest = (bundled.root / "target.toml").read_text()
    for old, new in (
        ('"coding_agent"', '"ca"'),
        ('"../../.."', f'"{bundled.source}"'),
        ("cases = 4", "cases = 2"),
    ):
        assert manifest.count(old) == 1
        manifest = manifest.replace(old, new)
    (folder / "target.toml").write_text(manifest)
    as_written(load_target(folder))


@pytest.mark.parametrize("run", FOLDERS)
def test_every_prompt_can_be_rebuilt(
    run: str, copied: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = copied(run)
    if run == AGENT:
        agent_with_its_tasks(tmp_path / "ca")
        monkeypatch.chdir(tmp_path)
    for variant in pygent("archive", "list", "--run", run, "--limit", 100, "--json", home=home).json:
        if variant["attempt"]:
            (built,) = pygent("prompts", "show", variant["id"], "--rebuilt", "--json", home=home).json
            assert built["messages"][1]["content"].strip()
