"""What a model-written variant costs a run that holds 100 variants already, and one that holds 100,000.

The variants are added through the archive, one by one, and the run is resumed. What resuming takes is in a
row by itself, and not in the cost of a variant.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.performance import archived
from tests.performance.endpoint import Endpoint
from tests.performance.programs import Command, commands, running
from tests.performance.small_program import answer, write_target
from tests.performance.steady import Pace, steady

COUNTS = (100, 100_000)
FIRST, MEASURED = 10, 200


def rows() -> list[tuple[str, str]]:
    """(what, figure) for the table of `make bench`; takes about two minutes, most of it to add variants."""
    return list(_rows())


def _rows() -> Iterator[tuple[str, str]]:
    for command in commands():
        for count in COUNTS:
            found = _resumed(command, count)
            yield f"{command.name}, bubblewrap: a variant, {count:,} archived", str(found.steady)
            yield (
                f"{command.name}: from resuming to the first request, {count:,} archived",
                f"{found.start:.1f} s",
            )


def _resumed(command: Command, count: int) -> Pace:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        target, home = write_target(folder / "target"), folder / "home"
        options = ["--proposer", "llm", "--model", "instant", "--tokens", 10**9, "--sandbox", "bubblewrap"]
        begin = command("--home", home, "evolve", target, *options, "--attempts", FIRST, "--seed", 1)
        with Endpoint(answer) as endpoint, running(begin, endpoint.environment, folder):
            pass
        listed = subprocess.run(
            command("--home", home, "archive", "list", "--limit", 1, "--json"),
            check=True,
            capture_output=True,
        )
        (latest,) = json.loads(listed.stdout)
        python = command.path.with_name("python")
        subprocess.run([python, archived.__file__, home, latest["run"], str(count)], check=True)
        resume = command("--home", home, "resume", latest["run"])
        return steady(lambda url, attempts: [*resume, "--attempts", str(count + attempts)], folder, MEASURED)
