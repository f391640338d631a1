"""Making targets, as `pygent targets init` is asked to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from pygent.interfaces.cli.session import SandboxKind


@dataclass(frozen=True)
class MakingOptions:
    """The options that were given, by the ways to make a target that they belong to."""

    ways: tuple[Mapping[str, object], ...]

    def __init__(self, *ways: Mapping[str, object]) -> None:
        object.__setattr__(self, "ways", ways)

    def only(self, way: int) -> None:
        """Refuse options of the other ways. Raises `TargetError`."""
        from pygent.target_modules.spec.manifest import TargetError

        first = next(iter(self.ways[way]))
        for number, options in enumerate(self.ways):
            given = [name for name, value in options.items() if value is not None]
            if number != way and given:
                raise TargetError(f"{given[0]}: does not go with {first}")


def make_of_module(
    module: Path, function: str, cases: Path, out: Path, *, objective: Literal["correctness", "speed"]
) -> tuple[str, list[str]]:
    from pygent.target_modules.onboarding.module_target import init

    made = init(module, function, cases, out, objective=objective)
    return made.target.name, list(made.notes)


def make_of_package(
    repo: Path,
    editable: Sequence[str],
    tests: Sequence[str],
    out: Path,
    *,
    recorded: Literal["", "cases", "timing"],
    trust: Literal["sealed", "in-process"],
    goal: str,
    sandbox: SandboxKind,
    image: str | None,
    say: Callable[[str], object],
) -> tuple[str, list[str]]:
    """The target's name and what its owner should know; `say` tells what is under way."""
    from pygent.benchmarks.testing.collect_inventory import take_inventory
    from pygent.sandbox.backends.select import open_sandbox
    from pygent.target_modules.onboarding.module_target import building
    from pygent.target_modules.onboarding.package_target import look_at, manifest_of
    from pygent.target_modules.onboarding.requirements import described
    from pygent.target_modules.spec.manifest import load

    package = look_at(repo, editable, tests)
    notes = [*package.notes, *described(package.needed)]
    with building(out) as folder:
        manifest = folder / "target.toml"
        manifest.write_text(manifest_of(package, out, goal=goal, trust=trust))
        target = load(folder, ours=True)
        say(f"running the tests of {package.name} in a sandbox: twice, and once through the proxy")
        box = open_sandbox(sandbox, base=image)
        try:
            inventory = take_inventory(target, box)
            refused = inventory.failing_with("PermissionError")
            if refused:
                manifest.write_text(manifest_of(package, out, goal=goal, trust=trust, loopback=True))
                with_sockets = load(folder, ours=True)
                again = take_inventory(with_sockets, box)
                if len(again.failing_with("PermissionError")) < len(refused):
                    target, inventory = with_sockets, again
                    notes.append("loopback sockets are allowed, as tests need them (limits.loopback)")
            loopback = target.manifest.limits.loopback
            held_out = False
            if recorded:
                from pygent.benchmarks.testing.call_recorder import record

                recording = record(target, box, grow=recorded == "timing")
                held_out = bool(recording.held_out)
                (folder / "cases.jsonl").write_text("".join(f"{one}\n" for one in recording.search))
                if held_out:
                    (folder / "held_out.jsonl").write_text("".join(f"{one}\n" for one in recording.held_out))
                notes += recording.notes
                cases, apart = len(recording.search), len(recording.held_out)
                notes.append(f"{cases} search cases, {apart} held out; the tests are a gate")
        finally:
            box.close()
        manifest.write_text(
            manifest_of(
                package, out, goal=goal, trust=trust, loopback=loopback, recorded=recorded, held_out=held_out
            )
        )
        inventory.write(folder)
        name = load(folder, ours=True).name
    notes += inventory.lines()
    if not recorded:
        notes += inventory.advice(trust)
    notes.append(f"the source is {package.repo}; say more about your goal in {out / 'target.toml'}")
    return name, notes
