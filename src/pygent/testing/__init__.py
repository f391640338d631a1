"""What extensions are tested with: fakes, a small target, and the contract suite of each extension point.

A suite is a class of pytest tests. Subclass it and define the fixture that its docstring names:

    class TestMySelector(SelectorContract):
        @pytest.fixture
        def make_selector(self):
            return MySelector
"""

import pytest

pytest.register_assert_rewrite(
    "pygent.testing.acceptor_contract",
    "pygent.testing.model_contract",
    "pygent.testing.proposer_contract",
    "pygent.testing.sandbox_calls",
    "pygent.testing.sandbox_contract",
    "pygent.testing.sandbox_hostile",
    "pygent.testing.selector_contract",
    "pygent.testing.suite_contract",
    "pygent.testing.tracker_contract",
)

from pygent.gateway.models.scripted_model import ScriptedModel  # noqa: E402
from pygent.sandbox.backends.local import LocalSandbox  # noqa: E402
from pygent.testing.acceptor_contract import AcceptorContract  # noqa: E402
from pygent.testing.model_contract import ModelContract  # noqa: E402
from pygent.testing.proposer_contract import ProposerContract  # noqa: E402
from pygent.testing.sandbox_contract import SandboxContract  # noqa: E402
from pygent.testing.selector_contract import SelectorContract  # noqa: E402
from pygent.testing.small_target import write_small_target  # noqa: E402
from pygent.testing.suite_contract import SuiteContract  # noqa: E402
from pygent.testing.tracker_contract import TrackerContract  # noqa: E402

__all__ = [
    "AcceptorContract",
    "LocalSandbox",
    "ModelContract",
    "ProposerContract",
    "SandboxContract",
    "ScriptedModel",
    "SelectorContract",
    "SuiteContract",
    "TrackerContract",
    "write_small_target",
]
