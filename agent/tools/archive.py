"""Look up what was tried before."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from pygent.agent.tool import Arguments, Tool, ToolError
from pygent.agent.work.attempt_state import AttemptState


class ArchiveArguments(Arguments):
    """Look into the archive of earlier attempts: whole ideas, what changed, the effects, and the lesson.

    `lineage` is how this program came about, with diffs; `search` ranks all attempts of this run by any of
    the words in their idea, outcome and changed code; `show` is one attempt by its id, with its diff;
    `findings` is what attempts found out that changed nothing. Long answers come in pages.
    """

    what: Literal["lineage", "search", "show", "findings"]
    query: str = Field("", description="words to search for, or the id to show")
    limit: int = Field(5, ge=1, le=20, description="most attempts")
    page: int = Field(1, ge=1, le=1000)


def archive(asked: ArchiveArguments, desk: AttemptState) -> str:
    if asked.what in ("search", "show") and not asked.query.strip():
        raise ToolError(f"{asked.what} needs `query`")
    chars = desk.profile.limits.output
    answer = desk.door.archive(asked.what, asked.query, asked.limit, page=asked.page, chars=chars)
    if answer.is_error:
        raise ToolError(answer.text)
    return answer.text


TOOL = Tool("archive", ArchiveArguments, archive, ("archive",))
