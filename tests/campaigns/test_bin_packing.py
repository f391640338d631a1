"""The README's first run, whole: without any language model, better than best fit on held-out instances."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

EVALUATIONS = 700  # as many on any machine, so that the runs are the same
SEEDS = {1: "docker", 2: "bubblewrap", 3: "bubblewrap"}  # the same run in either; the second is faster


def pygent(home: Path, *arguments: object) -> Any:
    command = [sys.executable, "-m", "pygent", "--home", str(home), *map(str, arguments), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.campaign
@pytest.mark.engine
@pytest.mark.bubblewrap
def test_mutation_beats_best_fit_on_held_out_instances(tmp_path: Path) -> None:
    """Best fit is the baseline, so that a champion is better than best fit at the stated error rate."""
    for seed, sandbox in SEEDS.items():
        home = tmp_path / str(seed)
        options = ["--evaluations", EVALUATIONS, "--seed", seed, "--sandbox", sandbox]
        found = pygent(home, "evolve", "online_bin_packing", *options)
        best, baseline = found["best"], found["baseline"]
        assert found["champion"], f"seed {seed}: no champion in {found['evaluations']} evaluations"
        assert best["held_out"]["high"] < baseline["held_out"]["low"]
        judged = pygent(
            home, "bench", "online_bin_packing", "--held-out", "--seed", seed
        )  # by another command, on the same instances
        assert judged["score"] == pytest.approx(baseline["held_out"]["mean"])
        gain = baseline["held_out"]["mean"] - best["held_out"]["mean"]
        print(f"seed {seed}: {found['evaluations']} evaluations, {gain:.3f} percent better than best fit")
