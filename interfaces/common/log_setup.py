"""Log lines on stderr: plain for people, JSON for machines, each with its run and variant."""

from __future__ import annotations

import json
import logging
import sys


class _JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        from pygent.evolution.run.log_context import run_id, variant_id

        line: dict[str, object] = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "run": run_id.get(),
            "variant": variant_id.get(),
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line)


class _PlainFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        from pygent.evolution.run.log_context import run_id, variant_id

        where = "/".join(part for part in (run_id.get(), variant_id.get()) if part)
        record.where = f"[{where}] " if where else ""
        return super().format(record)


def configure(level: str, *, as_json: bool) -> None:
    """Send the standard library's logging to stderr. `level` is a name such as `info`."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        _JsonFormatter()
        if as_json
        else _PlainFormatter("%(asctime)s %(levelname)s %(where)s%(name)s: %(message)s", "%H:%M:%S")
    )
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for noisy in ("urllib3", "docker", "openai", "httpx", "httpcore", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
