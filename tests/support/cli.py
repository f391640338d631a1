"""Run a `pygent` command in this process, as its entry point would."""

from __future__ import annotations

import contextlib
import io
import json
import logging
import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pygent.interfaces.cli import main


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def pygent(*arguments: object, home: Path | None = None) -> Done:
    """What the command printed, and its exit code."""
    out, err = io.StringIO(), io.StringIO()
    where = [] if home is None else ["--home", str(home)]
    argv, handlers = sys.argv, list(logging.getLogger().handlers)
    signals = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    sys.argv = ["pygent", *where, *map(str, arguments)]
    code = 0
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            main()
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 0 if ended.code is None else 1
    finally:
        sys.argv = argv
        logging.getLogger().handlers[:] = handlers
        for number, handler in signals.items():
            signal.signal(number, handler)
    return Done(code, out.getvalue(), err.getvalue())
