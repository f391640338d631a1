"""JSON that every client can read."""

from __future__ import annotations

import json

from starlette.responses import JSONResponse

from pygent.interfaces.views.json_fields import json_value


class Plain(JSONResponse):
    """A JSON response of records by their fields."""

    def render(self, content: object) -> bytes:
        """As ASCII: a lone surrogate in a variant's source becomes an escape, not a broken answer."""
        return json.dumps(content, default=json_value, separators=(",", ":")).encode()
