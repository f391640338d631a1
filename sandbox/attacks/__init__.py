"""Attacks on the sandbox, one per file: read by `sandbox.corpus`, sent into boxes, never imported here."""
