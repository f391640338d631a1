"""Values as JSON that every client takes."""

from __future__ import annotations

import json
from typing import Any

from starlette.responses import JSONResponse


class Plain(JSONResponse):
    def render(self, content: Any) -> bytes:
        """ASCII, so that lone surrogates of a variant's source are escapes and not a broken answer."""
        return json.dumps(content, default=str, separators=(",", ":")).encode()
