"""Resources: texts too long for a tool's answer, in pages."""

from __future__ import annotations

import re
from urllib.parse import quote

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ResourceNotFoundError, ToolError

from pygent.interfaces.mcp.tool_context import LABEL, ToolContext
from pygent.prompts.quote import line

PAGE = 40_000  # characters


def register(server: MCPServer, context: ToolContext) -> None:
    @server.resource("pygent://variants/{variant}/source{?page}", mime_type="text/plain")
    def source(variant: str, page: str = "1") -> str:
        """A variant's files, one after the other."""
        from pygent.interfaces.views.variant_views import files

        with _NotFound(), context.archive() as archive:
            texts = files(archive, archive.variants.get(archive.variants.find(variant)))
        whole = "".join(f"=== {path}\n{text}\n" for path, text in sorted(texts.items()))
        return _page(whole, page, f"pygent://variants/{variant}/source")

    @server.resource("pygent://variants/{variant}/diff{?page,against}", mime_type="text/x-diff")
    def diff(variant: str, page: str = "1", against: str = "parent") -> str:
        """A variant's unified diff against its parent, the root or another variant."""
        from pygent.interfaces.views import variant_views

        with _NotFound(), context.archive() as archive:
            whole = variant_views.diff(archive, variant, against).diff
        return _page(whole, page, f"pygent://variants/{variant}/diff", f"&against={quote(against)}")

    @server.resource("pygent://variants/{variant}/transcript{?page}", mime_type="text/plain")
    def transcript(variant: str, page: str = "1") -> str:
        """What was exchanged with models and MCP servers while a variant was made."""
        from pygent.interfaces.views.transcript_views import of_variant, transcript_lines

        with _NotFound(), context.archive() as archive:
            whole = "\n".join(transcript_lines(of_variant(archive, variant)))
        return _page(whole, page, f"pygent://variants/{variant}/transcript")

    @server.resource("pygent://variants/{variant}/report{?page}", mime_type="text/markdown")
    def report(variant: str, page: str = "1") -> str:
        """Scores with intervals, changes, lineage and how to reproduce it, as text for a pull request."""
        from pygent.evolution.promotion.apply_variant import plan

        with _NotFound(), context.archive() as archive:
            whole = plan(archive, variant).pr_body
        return _page(whole, page, f"pygent://variants/{variant}/report")


class _NotFound:
    """Turns a `ToolError` into a resource that is not found."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, ToolError):
            raise ResourceNotFoundError(str(error)) from error


def _page(whole: str, page: str, uri: str, rest: str = "") -> str:
    """One page, labelled as data, and the address of the next."""
    pages = max(1, -(-len(whole) // PAGE))
    number = int(page) if re.fullmatch("[0-9]{1,9}", page) else 0
    if not 1 <= number <= pages:
        raise ResourceNotFoundError(f"{uri}: no page {line(page, 40)}: the pages are 1 to {pages}")
    text = whole[(number - 1) * PAGE : number * PAGE]
    end = f"\n[page {number} of {pages}; next: {uri}?page={number + 1}{rest}]" if number < pages else ""
    return f"{LABEL}{text}{end}"
