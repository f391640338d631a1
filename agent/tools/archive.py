"""Look up what was tried before."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from pygent.agent.tool import Arguments, Tool, ToolError
from pygent.agent.work.attempt_state import AttemptState


class ArchiveArguments(Arguments):
    """Look into the archive of variants.

    It knows this program's own lineage with scores and diffs, a search by words in what others tried and what
    came of it, or one variant by its id.
    """

    what: Literal["lineage", "search", "show"]
    query: str = Field("", description="words to search for, or the id to show")
    limit: int = Field(5, ge=1, le=20)


def archive(asked: ArchiveArguments, desk: AttemptState) -> str:
    if asked.what != "lineage" and not asked.query.strip():
        raise ToolError(f"{asked.what} needs `query`")
    answer = desk.door.archive(asked.what, asked.query, asked.limit)
    if answer.is_error:
        raise ToolError(answer.text)
    return answer.text


TOOL = Tool("archive", ArchiveArguments, archive, ("archive",))
