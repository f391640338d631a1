"""Suites: how each kind of target is measured."""
