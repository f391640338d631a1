"""Suites of a package's own pytest tests, in the candidate's box or sealed in a judge's box."""
