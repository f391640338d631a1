"""Patches by libcst operators: local, free and seeded, without a model."""

from pygent.evolution.proposers.mutate.proposer import MutateProposer

__all__ = ["MutateProposer"]
