"""Find lines in all files."""

from __future__ import annotations

import re

from pydantic import Field

from pygent.agent.tool import Arguments, Tool, ToolError
from pygent.agent.work.attempt_state import AttemptState
from pygent.prompts import quote
from pygent.target_modules.patch.model.editable import Editable

_LINE = 200
_NOTE = 120  # characters that are kept for the line on what is left


class SearchArguments(Arguments):
    """Search all files for a regular expression, line by line; answers `path:line: text`."""

    pattern: str = Field(min_length=1, max_length=500, description="Python regular expression")
    glob: str = Field("**/*", description="files to look in, such as `**/*.py`")
    ignore_case: bool = False


def search(asked: SearchArguments, desk: AttemptState) -> str:
    try:
        wanted = re.compile(asked.pattern, re.IGNORECASE if asked.ignore_case else 0)
    except re.error as error:
        raise ToolError(f"pattern: not a regular expression ({error}); escape literal characters") from None
    files = Editable.of((asked.glob,))
    found = [
        f"{path}:{number}: {line.strip()[:_LINE]}"
        for path, text in desk.workspace.tree().files.items()
        if files.is_whole(path)
        for number, line in enumerate(text.split("\n"), start=1)
        if wanted.search(line)
    ]
    if not found:
        return f"no line matches {asked.pattern!r} in {asked.glob}"
    shown = quote.first_lines(found, desk.profile.limits.output - _NOTE)
    more = f"[{len(found) - len(shown)} more; narrow the pattern or the glob]"
    return "\n".join([*shown, more] if len(found) > len(shown) else shown)


TOOL = Tool("search", SearchArguments, search)
