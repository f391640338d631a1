"""pytest by its exit code: 0 is a pass."""

import subprocess
import sys
import time


def evaluate(folder):
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "tests"], cwd=folder, capture_output=True, timeout=15
    )
    seconds = time.perf_counter() - started
    return (1.0 if done.returncode == 0 else 0.0), seconds
