"""The two pages of the docs that are made from the code: `python -m tests.support.docs` writes them."""

from __future__ import annotations

from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"


def commands() -> str:
    """docs/commands.md: every command with every option."""
    import typer
    from typer.cli import get_docs_for_click

    from pygent.interfaces.cli.app import app

    command = typer.main.get_command(app)
    context = command.make_context("pygent", ["--help"], resilient_parsing=True)
    text = get_docs_for_click(obj=command, ctx=context, name="pygent")
    return "\n".join(line.rstrip() for line in text.strip().splitlines()) + "\n"


def configuration() -> str:
    """docs/configuration.md: every key of `pygent.toml`."""
    from pygent.evolution.config import RunConfig
    from pygent.gateway.prices import Price

    rows = ["| key | default | meaning |", "|---|---|---|"]
    for name, field in RunConfig.model_fields.items():
        if name == "target":
            continue
        default = field.get_default(call_default_factory=True)
        shown = "" if default is None else "(empty table)" if default == {} else f"`{default}`"
        rows.append(f"| `{name}` | {shown} | {field.description} |")
    prices = [f"| `{name}` | {field.description} |" for name, field in Price.model_fields.items()]
    return "\n".join(
        [
            "# Configuration",
            "",
            "A run's settings come from the command line, then from environment variables `PYGENT_<KEY>`",
            "(upper case), then from `pygent.toml` in the current folder (or the file of `--config`),",
            "then from the defaults below. An unknown key is an error. The settings are stored with the run;",
            "`pygent resume` changes only its budgets.",
            "",
            *rows,
            "",
            'Prices of models that the built-in list does not know, as tables `[prices."MODEL"]`:',
            "",
            "| key | meaning |",
            "|---|---|",
            *prices,
            "",
            "Elsewhere: `PYGENT_HOME` is the folder of the archive (`--home`), `PYGENT_NO_INSTALL=1` forbids",
            "`make` to install a Docker engine, `OPENAI_API_KEY` and `OPENAI_BASE_URL` lead to a model (see",
            "models.md).",
            "",
        ]
    )


PAGES = {"commands.md": commands, "configuration.md": configuration}

if __name__ == "__main__":
    for name, make in PAGES.items():
        (DOCS / name).write_text(make())
