"""OpenEvolve, installed from PyPI into a separate environment, as a peer to measure beside."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from pathlib import Path

HOME = Path(__file__).parents[2] / ".cache" / "openevolve"
_PYTHON = HOME / "bin" / "python"
_VERSION = "from importlib.metadata import version; print(version('openevolve'))"
_CONFIG = """\
max_iterations: {iterations}
checkpoint_interval: 100000
diff_based_evolution: false
llm:
  api_base: {url}
  models:
    - name: instant
      weight: 1.0
evaluator:
  parallel_evaluations: {workers}
  cascade_evaluation: false
"""
WORKERS = 2


def wanted() -> bool:
    return os.environ.get("PEERS", "") not in ("", "0")


def version() -> str:
    """The installed version; installs the newest if there is none."""
    if not _PYTHON.exists():
        venv.create(HOME, with_pip=True)
        subprocess.run([_PYTHON, "-m", "pip", "install", "-q", "openevolve"], check=True, stdout=sys.stderr)
    found = subprocess.run([_PYTHON, "-c", _VERSION], check=True, capture_output=True, text=True)
    return found.stdout.strip()


def command(folder: Path, program: Path, evaluator: Path, iterations: int, url: str) -> list[str]:
    """Its command, and in `folder` its settings: whole programs as answers, nothing else changed."""
    config = folder / "config.yaml"
    config.write_text(_CONFIG.format(iterations=iterations, url=url, workers=WORKERS))
    arguments = [
        program,
        evaluator,
        "--config",
        config,
        "--output",
        folder / "out",
        "--iterations",
        iterations,
    ]
    return [str(_PYTHON), "-m", "openevolve.cli", *map(str, arguments)]
