"""Make a target from a package and its pytest suite."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pygent.benchmarks.onboarding.made import MadeTarget, Opened, Say
from pygent.benchmarks.testing.call_recorder import record
from pygent.benchmarks.testing.collect_inventory import take_inventory
from pygent.target_modules.onboarding.module_target import building
from pygent.target_modules.onboarding.package_target import look_at, manifest_of
from pygent.target_modules.onboarding.requirements import described
from pygent.target_modules.spec.manifest import load


@dataclass(frozen=True)
class PackageRequest:
    """A person's request for a target; `recorded` turns the tests' calls into cases: '' or `timing`."""

    repo: Path
    editable: Sequence[str]
    tests: Sequence[str]
    out: Path
    recorded: Literal["", "cases", "timing"] = ""
    trust: Literal["sealed", "in-process"] = "sealed"
    goal: str = ""


def make_of_package(asked: PackageRequest, opened: Opened, say: Say) -> MadeTarget:
    """Run the tests twice, and once through the proxy. Raises `TargetError` and `SandboxUnavailableError`."""
    package = look_at(asked.repo, asked.editable, asked.tests)
    notes = [*package.notes, *described(package.needed)]
    with building(asked.out) as folder:
        manifest = folder / "target.toml"
        manifest.write_text(manifest_of(package, asked.out, goal=asked.goal, trust=asked.trust))
        target = load(folder, ours=True)
        say(f"running the tests of {package.name} in a sandbox: twice, and once through the proxy")
        with opened() as box:
            inventory = take_inventory(target, box)
            refused = inventory.failing_with("PermissionError")
            if refused:
                manifest.write_text(
                    manifest_of(package, asked.out, goal=asked.goal, trust=asked.trust, loopback=True)
                )
                with_sockets = load(folder, ours=True)
                again = take_inventory(with_sockets, box)
                if len(again.failing_with("PermissionError")) < len(refused):
                    target, inventory = with_sockets, again
                    notes.append("loopback sockets are allowed, as tests need them (limits.loopback)")
            loopback = target.manifest.limits.loopback
            held_out = False
            if asked.recorded:
                recording = record(target, box, grow=asked.recorded == "timing")
                held_out = bool(recording.held_out)
                (folder / "cases.jsonl").write_text("".join(f"{one}\n" for one in recording.search))
                if held_out:
                    (folder / "held_out.jsonl").write_text("".join(f"{one}\n" for one in recording.held_out))
                notes += recording.notes
                cases, apart = len(recording.search), len(recording.held_out)
                notes.append(f"{cases} search cases, {apart} held out; the tests are a gate")
        manifest.write_text(
            manifest_of(
                package,
                asked.out,
                goal=asked.goal,
                trust=asked.trust,
                loopback=loopback,
                recorded=asked.recorded,
                held_out=held_out,
            )
        )
        inventory.write(folder)
        name = load(folder, ours=True).name
    notes += inventory.lines()
    if not asked.recorded:
        notes += inventory.advice(asked.trust)
    notes.append(f"the source is {package.repo}; say more about your goal in {asked.out / 'target.toml'}")
    return MadeTarget(name, notes)
