"""The sandboxes of ours keep to the contract that `pygent.testing` ships."""

from __future__ import annotations

import pytest

from pygent.sandbox.api import Sandbox
from pygent.testing import SandboxContract


class TestOurSandboxes(SandboxContract):
    @pytest.fixture(
        params=[
            "local",
            pytest.param("docker", marks=pytest.mark.engine),
            pytest.param("bubblewrap", marks=pytest.mark.bubblewrap),
        ]
    )
    def sandbox(self, request: pytest.FixtureRequest) -> Sandbox:
        found: Sandbox = request.getfixturevalue(f"{request.param}_sandbox")
        return found
