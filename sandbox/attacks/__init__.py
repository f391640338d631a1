"""Attacks on the sandbox: one small program a file, read by `sandbox.corpus` and never imported on the host."""
