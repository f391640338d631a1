"""Patches by libcst operators: local, free, and seeded; no model is asked."""

from pygent.evolution.proposers.mutate.proposer import MutateProposer

__all__ = ["MutateProposer"]
