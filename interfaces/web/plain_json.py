"""Values as JSON that every client takes."""

from __future__ import annotations

import json

from starlette.responses import JSONResponse

from pygent.interfaces.views.json_fields import json_value


class Plain(JSONResponse):
    def render(self, content: object) -> bytes:
        """ASCII, so that lone surrogates of a variant's source are escapes and not a broken answer."""
        return json.dumps(content, default=json_value, separators=(",", ":")).encode()
