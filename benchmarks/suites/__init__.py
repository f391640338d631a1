"""Suites: the ways to measure each kind of target."""
