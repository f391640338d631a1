"""The records: trees, edits, and what may be edited."""
