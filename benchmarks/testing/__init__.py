"""Suites of a package's own pytest tests: in the candidate's box, and sealed in a judge's."""
