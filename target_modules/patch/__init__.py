"""Edits of Python source: trees, patches, applying, comparing and reading them. Imports none of our rooms.

Here: `tree.Tree`, `edits.Patch`, `apply.apply`, `diff.diff`, `read.read`, `editable.Editable`.
"""
