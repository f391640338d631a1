"""The extensions keep to the contracts that PyGent Factory ships."""

import pytest
from pygent_tournament.proposer import SignProposer
from pygent_tournament.selector import TournamentSelector

from pygent.testing import ProposerContract, SelectorContract


class TestTournamentSelector(SelectorContract):
    @pytest.fixture
    def make_selector(self):
        return TournamentSelector


class TestSignProposer(ProposerContract):
    @pytest.fixture
    def make_proposer(self):
        return lambda target: SignProposer()
