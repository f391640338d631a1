"""The run and attempt that the current thread works for, so that every log line can name them."""

from __future__ import annotations

from contextvars import ContextVar

run_id: ContextVar[str] = ContextVar("run_id", default="")
variant_id: ContextVar[str] = ContextVar("variant_id", default="")
