"""`pygent prompts`: what models are told."""

from __future__ import annotations

from pathlib import Path
from string import hexdigits
from typing import TYPE_CHECKING, Annotated

import typer

from pygent.interfaces.cli.context import CliContext, Json, SandboxOptions, print_json
from pygent.interfaces.cli.id_arguments import target_names, variant_ids
from pygent.interfaces.cli.pager import NoPager, paged
from pygent.interfaces.common.grouped_parameters import grouped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pygent.archive.store import ArchiveStore
    from pygent.interfaces.views.prompt_views import PromptView

app = typer.Typer(help="See what models are told, by sections.", no_args_is_help=True)


def _names(ctx: typer.Context, incomplete: str) -> list[str]:
    return [*target_names(ctx, incomplete), *(id for id, _ in variant_ids(ctx, incomplete))]


def show(
    ctx: typer.Context,
    what: Annotated[
        str,
        typer.Argument(
            metavar="TARGET|VARIANT",
            help="Target, whose first prompt is built, or archived variant, by a unique prefix of its id.",
            autocompletion=_names,
        ),
    ],
    profile: Annotated[
        str | None, typer.Option(help="Target: the prompt of the agent with this profile.")
    ] = None,
    measure: Annotated[
        bool,
        typer.Option("--measure", help="Target: measure it in the sandbox, so that the scores are there."),
    ] = False,
    rebuilt: Annotated[
        bool,
        typer.Option(
            "--rebuilt", help="Variant: what this version would send, with what the run knew by then."
        ),
    ] = False,
    exchange: Annotated[
        int | None, typer.Option(min=1, help="Variant: only this one of its exchanges, from 1.")
    ] = None,
    section: Annotated[str | None, typer.Option(help="Print only the section of this name.")] = None,
    no_pager: NoPager = False,
    *,
    place: SandboxOptions,
    json: Json = False,
) -> None:
    """Show what was or would be sent to a model, with an estimate of the tokens of each section."""
    session: CliContext = ctx.obj
    if _is_target(what):
        _forbid(rebuilt=rebuilt, exchange=exchange is not None)
        found = [_of_target(what, profile, place if measure else None)]
        if not measure:
            typer.echo("not measured, so without scores; --measure measures it first", err=True)
    else:
        _forbid(profile=profile is not None, measure=measure)
        with session.archive(read_only=True) as archive:
            found = _of_variant(archive, what, exchange, rebuilt=rebuilt)
    _print(found, section, no_pager=no_pager, as_json=json)


app.command()(grouped(show))


def _is_target(what: str) -> bool:
    """Whether it is no id; a folder of such a name counts first."""
    return not set(what) <= set(hexdigits) or Path(what).is_dir()


def _forbid(**given: bool) -> None:
    wrong = next((name for name, is_given in given.items() if is_given), None)
    if wrong in ("profile", "measure"):
        raise typer.BadParameter(f"--{wrong} is for a target; a variant has its own")
    if wrong is not None:
        raise typer.BadParameter(f"--{wrong} is for an archived variant, not for a target")


def _of_target(name: str, profile: str | None, place: SandboxOptions | None) -> PromptView:
    from pygent.evolution.proposers.prompt_preview import first_prompt
    from pygent.evolution.run.plan import ASKING, resolve
    from pygent.evolution.settings.config import read_config
    from pygent.evolution.settings.run_trust import of_run
    from pygent.evolution.settings.settings_file import FILE
    from pygent.interfaces.views.prompt_views import of_preview
    from pygent.target_modules.trust.exhibit import require

    default = Path(FILE)
    config, _ = read_config(default if default.is_file() else None, target=name, profile=profile)
    if profile is not None:
        config = config.model_copy(update={"proposer": "agent"})
    elif config.proposer not in ASKING:
        config = config.model_copy(update={"proposer": "llm"})
    plan = resolve(config)
    require(*of_run(plan))
    if place is None:
        return of_preview(first_prompt(plan))
    with place.opened() as box:
        return of_preview(first_prompt(plan, box))


def _of_variant(
    archive: ArchiveStore, prefix: str, exchange: int | None, *, rebuilt: bool
) -> list[PromptView]:
    from pygent.archive.records import ArchiveError
    from pygent.evolution.proposers.prompt_preview import rebuilt_prompt
    from pygent.interfaces.views.prompt_views import of_preview, sent

    id = archive.variants.find(prefix)
    if rebuilt:
        if exchange is not None:
            raise typer.BadParameter("--rebuilt builds the first prompt alone: leave --exchange out")
        return [of_preview(rebuilt_prompt(archive, id))]
    found = sent(archive, id)
    if not found:
        raise ArchiveError(f"variant {id}: no model was asked for it")
    if exchange is None:
        return found
    if exchange > len(found):
        raise typer.BadParameter(f"--exchange {exchange}: variant {id} has {len(found)}")
    return [found[exchange - 1]]


def _print(found: Sequence[PromptView], section: str | None, *, no_pager: bool, as_json: bool) -> None:
    from pygent.prompts.quote import escape

    there = {part.name: None for prompt in found for part in prompt.sections}
    if section is not None and section not in there:
        raise typer.BadParameter(f"--section {section}: there are {', '.join(there)}")
    if as_json:
        chosen = [part for prompt in found for part in prompt.sections if part.name == section]
        print_json(chosen if section is not None else found)
        return
    shown: list[str] = []  # of the parts before, which a conversation sends again
    with paged(no_pager):
        for prompt in found:
            if section is None:
                _print_table(prompt)
            for number, part in enumerate(prompt.sections):
                if section not in (None, part.name) or shown[number : number + 1] == [part.text]:
                    continue
                if section is None:
                    typer.echo(f"\n--- {part.name}, about {part.tokens} tokens")
                typer.echo(escape(part.text))
            shown = [part.text for part in prompt.sections]


def _print_table(prompt: PromptView) -> None:
    if prompt.number:
        typer.echo(f"\nexchange {prompt.number}, stage {prompt.stage}")
    typer.echo(f"{'section':<12}{'tokens':>8}  (estimated)")
    for part in prompt.sections:
        typer.echo(f"{part.name:<12}{part.tokens:>8}")
    typer.echo(f"{'all':<12}{prompt.tokens:>8}")
