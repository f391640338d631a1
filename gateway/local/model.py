"""The local model, like any other: its server starts with the first call and ends with the model."""

from __future__ import annotations

import threading
from dataclasses import replace

from pygent.archive.records import Usage
from pygent.gateway.local.install import is_installed
from pygent.gateway.local.model_server import NOT_INSTALLED, LocalServer
from pygent.gateway.model_api import Completion, Request
from pygent.gateway.model_errors import Kind, ModelError
from pygent.gateway.models.openai_model import OpenAIModel
from pygent.gateway.models.prices import LOCAL

LONGEST = 768  # tokens of an answer: a small model that says more goes round in circles
SILENCE = 300.0  # seconds: a long answer on one thread is slow, and calls wait for each other


class LocalModel:
    """Implements `Model`. Its context is small: an overflow is `Kind.CONTEXT_LENGTH`."""

    name = LOCAL

    def __init__(self) -> None:
        """Raise `ModelError` if the model is not installed."""
        if not is_installed():
            raise ModelError(Kind.NOT_FOUND, NOT_INSTALLED, usage=Usage())
        self._lock = threading.Lock()
        self._server: LocalServer | None = None
        self._model: OpenAIModel | None = None

    @property
    def cpu_seconds(self) -> float:
        """CPU time of the server so far; 0 before the first call."""
        with self._lock:
            return 0.0 if self._server is None else self._server.cpu_seconds

    def complete(self, request: Request) -> Completion:
        return self._started().complete(replace(request, max_tokens=min(request.max_tokens, LONGEST)))

    def close(self) -> None:
        with self._lock:
            if self._model is not None:
                self._model.close()
            if self._server is not None:
                self._server.close()

    def _started(self) -> OpenAIModel:
        with self._lock:
            if self._model is None:
                self._server = LocalServer()
                self._model = OpenAIModel(LOCAL, self._server.key, self._server.address, SILENCE)
            return self._model
