"""Edits of Python source: trees, patches, applying and reading them. Imports none of our rooms."""
