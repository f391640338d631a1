"""`pygent targets`: make, list and check what may be evolved."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from pygent.interfaces.cli import importing
from pygent.interfaces.cli.session import Image, Json, Kind, print_json

app = typer.Typer(help="Make, list and check targets.", no_args_is_help=True)
importing.register(app)


@app.command()
def init(
    out: Annotated[Path, typer.Option(help="New folder for the target.")],
    module: Annotated[
        Path | None, typer.Option(help="A Python file: one function and a file of cases.")
    ] = None,
    function: Annotated[
        str | None, typer.Option(help="With --module: the function in it that is measured.")
    ] = None,
    cases: Annotated[
        Path | None,
        typer.Option(help='With --module: JSONL, {"args": [...], "kwargs": {...}, "expected": ...} a line.'),
    ] = None,
    repo: Annotated[
        Path | None, typer.Option(help="A repository: a package with its own pytest suite.")
    ] = None,
    editable: Annotated[
        list[str] | None, typer.Option(help="With --repo: what may change, `path.py` or `path.py:Symbol`.")
    ] = None,
    tests: Annotated[
        list[str] | None,
        typer.Option(help="With --repo: files and folders of tests; pytest's own if left out."),
    ] = None,
    record: Annotated[
        bool, typer.Option("--record", help="With --repo: make cases of the calls that the tests make.")
    ] = False,
    trust: Annotated[
        Literal["sealed", "in-process"],
        typer.Option(help="With --repo: `in-process` lets tests that run beside a variant promote it."),
    ] = "sealed",
    evaluator: Annotated[
        Path | None, typer.Option(help="A file with `evaluate(program_path)`, as OpenEvolve has it.")
    ] = None,
    program: Annotated[
        Path | None, typer.Option(help="With --evaluator: the program; EVOLVE-BLOCKs are what may change.")
    ] = None,
    metric: Annotated[
        str | None, typer.Option(help="With --evaluator: the score; `combined_score` if left out.")
    ] = None,
    requirements: Annotated[
        Path | None,
        typer.Option(
            help="With --evaluator: requirements.txt; the one beside it, or its imports, if left out."
        ),
    ] = None,
    goal: Annotated[str, typer.Option(help="What to improve, in your words; it goes to the model.")] = "",
    objective: Annotated[
        Literal["correctness", "speed"] | None,
        typer.Option(
            help="Pass more, or be faster at the same answers; speed if recorded, else correctness."
        ),
    ] = None,
    sandbox: Kind = "auto",
    image: Image = None,
    json: Json = False,
) -> None:
    """Make a target: of a module and its cases, a package and its tests, or an evaluator and its program."""
    from pygent.interfaces.cli.making import MakingOptions, make_of_module, make_of_package
    from pygent.interfaces.cli.making_evaluator import make_of_evaluator
    from pygent.target_modules.spec.manifest import TargetError

    asked = MakingOptions(
        {"--module": module, "--function": function, "--cases": cases},
        {"--repo": repo, "--editable": editable, "--tests": tests, "--record": record or None},
        {"--evaluator": evaluator, "--program": program, "--metric": metric, "--requirements": requirements},
    )
    say = (lambda text: None) if json else typer.echo
    if repo is not None and editable:
        asked.only(1)
        name, notes = make_of_package(
            repo,
            editable,
            tests or [],
            out,
            recorded="" if not record else "cases" if objective == "correctness" else "timing",
            trust=trust,
            goal=goal,
            sandbox=sandbox,
            image=image,
            say=say,
        )
    elif module is not None and function is not None and cases is not None:
        asked.only(0)
        name, notes = make_of_module(module, function, cases, out, objective=objective or "correctness")
    elif evaluator is not None and program is not None:
        asked.only(2)
        name, notes = make_of_evaluator(
            evaluator,
            program,
            out,
            metric=metric,
            requirements=requirements,
            goal=goal,
            sandbox=sandbox,
            image=image,
            say=say,
        )
    else:
        raise TargetError(
            "init: give --module, --function and --cases; or --repo and --editable; or --evaluator and "
            "--program"
        )
    if json:
        print_json({"target": name, "folder": str(out), "notes": notes})
        return
    typer.echo(f"target {name} written to {out}")
    for note in notes:
        typer.echo(f"  {note}")
    typer.echo(f"next: pygent targets check {out}    then: pygent evolve {out}")


@app.command("tests")
def look_at_tests(
    directory: Annotated[str, typer.Argument(help="Folder of a target.toml with `suite.tests`.")],
    why: Annotated[
        bool, typer.Option("--why", help="Name each test and what stands against sealing it.")
    ] = False,
    sandbox: Kind = "auto",
    image: Image = None,
    json: Json = False,
) -> None:
    """Look at a target's tests again: which pass, and which run sealed. Writes tests.json."""
    from pygent.benchmarks.testing.collect_inventory import take_inventory
    from pygent.prompts.quote import line
    from pygent.sandbox.backends.select import open_sandbox
    from pygent.target_modules.spec.manifest import TargetError
    from pygent.target_modules.spec.registry import find_target
    from pygent.target_modules.trust.exhibit import require
    from pygent.target_modules.trust.target_exhibits import as_written, of_target

    found = find_target(directory)
    require(*of_target(found, tests=False))  # these are written anew
    if not found.manifest.suite.tests:
        raise TargetError(f"{found.root / 'target.toml'}: suite.tests: there are none")
    box = open_sandbox(sandbox, base=image)
    try:
        inventory = take_inventory(found, box)
    finally:
        box.close()
    inventory.write(found.root)
    as_written(found)
    if json:
        print_json(inventory.model_dump(mode="json"))
        return
    for text in inventory.lines():
        typer.echo(text)
    if why:
        for one in inventory.tests:
            typer.echo(f"{one.verdict:<8}{one.trust.value:<12}{line(one.id, 200)}  {line(one.why, 200)}")


@app.command("list")
def list_targets(
    deps: Annotated[
        bool, typer.Option("--deps", help="With the targets that each builds on, these first.")
    ] = False,
    json: Json = False,
) -> None:
    """List the bundled targets."""
    from pygent.target_modules.spec.registry import bundled, in_order

    found = in_order(bundled()) if deps else bundled()
    if json:
        print_json(
            [
                {
                    "name": target.name,
                    "goal": target.manifest.goal,
                    "suite": target.manifest.suite.kind,
                    "trust": target.manifest.trust,
                    "objective": target.primary.model_dump(),
                    "depends": list(target.manifest.depends),
                }
                for target in found
            ]
        )
        return
    for target in found:
        first = target.manifest.goal.splitlines()[0]
        typer.echo(f"{target.name:<24}{target.manifest.suite.kind:<10}{first}")
        if deps:
            typer.echo(f"{'':<24}builds on: {', '.join(target.manifest.depends) or 'nothing'}")


@app.command()
def check(
    directory: Annotated[str, typer.Argument(help="Folder of a target.toml, or name of a bundled target.")],
    sandbox: Kind = "auto",
    image: Image = None,
    json: Json = False,
) -> None:
    """Check a target: manifest, dependencies, cases, and its baseline in the sandbox."""
    from pygent.benchmarks.target_check import check_target
    from pygent.sandbox.backends.select import open_sandbox
    from pygent.target_modules.spec.registry import find_to_run

    found = find_to_run(directory)
    box = open_sandbox(sandbox, base=image)
    try:
        result = check_target(found, box)
    finally:
        box.close()
    if json:
        told = {"score": result.score, "trust": result.trust.value, "metrics": dict(result.metrics)}
        print_json({"target": found.name, **told})
    else:
        score = "none" if result.score is None else f"{result.score:.6g}"
        typer.echo(
            f"{found.name}: usable; its baseline scores {score} "
            f"({result.passed} of {result.total} passed, {result.trust.value})"
        )
