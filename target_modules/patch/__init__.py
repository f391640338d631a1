"""Edits of Python source: trees, patches, applying, diffing, merging, reading. Imports none of our rooms.

Here: `tree.Tree`, `edits.Patch`, `apply.apply`, `diff.diff`, `merge.merge`, `read.read`, `editable.Editable`.
"""
