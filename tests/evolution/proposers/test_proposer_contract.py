"""Proposers of ours keep to the contract that `pygent.testing` ships."""

from __future__ import annotations

from pathlib import Path

import pytest

from pygent.evolution.proposers.llm import LlmProposer
from pygent.evolution.proposers.mutate import MutateProposer
from pygent.testing import ScriptedModel
from pygent.testing.proposer_contract import MakeProposer, ProposerContract
from tests.support.servers.doors import doors_to

EDIT = """\
IDEA: the sign
ranges.py
```python
<<<<<<< SEARCH
        return value + high
=======
        return value - high
>>>>>>> REPLACE
```
"""


class TestMutateProposer(ProposerContract):
    @pytest.fixture
    def make_proposer(self) -> MakeProposer:
        return lambda target: MutateProposer()


class TestLlmProposer(ProposerContract):
    @pytest.fixture
    def make_proposer(self, tmp_path: Path) -> MakeProposer:
        return lambda target: LlmProposer(doors_to(ScriptedModel([EDIT] * 2), tmp_path / "transcripts"))
