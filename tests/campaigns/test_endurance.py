"""A box is as good after ten thousand evaluations as after the first, and so is its host."""

from __future__ import annotations

import pytest

from pygent.sandbox.api import Sandbox
from tests.performance.bench_endurance import EVALUATIONS, endure

pytestmark = pytest.mark.campaign

SLACK_KIB = 1024  # about 100 bytes for each evaluation


def test_ten_thousand_evaluations_leave_nothing_behind(real_sandbox: Sandbox) -> None:
    found = endure(real_sandbox, EVALUATIONS, turns=2)
    assert found.box_after == found.box_before
    assert found.files_after == found.files_before
    assert found.box_bytes < SLACK_KIB << 10
    assert found.host_kib < 4 * SLACK_KIB
