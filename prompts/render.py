"""Render the templates in this folder. A missing variable is an error, never an empty string."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import Environment


class PromptError(Exception):
    """A template and its variables do not match. The message names the template and what is missing."""


def render(template: str, **variables: object) -> str:
    """Render `template` (a file name such as `single.md.j2`). Raises `PromptError`."""
    from jinja2 import TemplateError

    try:
        return _environment().get_template(template).render(**variables)
    except TemplateError as error:
        raise PromptError(f"prompts/{template}: {type(error).__name__}: {error.message}") from error


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    from pygent.prompts import quote

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        undefined=StrictUndefined,
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(fence=quote.fence, data=quote.data, line=quote.line)
    return environment
