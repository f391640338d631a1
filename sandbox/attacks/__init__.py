"""Attacks on the sandbox, one a file: read by `sandbox.corpus`, sent into boxes, never imported here."""
