"""A run in one file, to send to a colleague: plots, the best diffs, lineage, cost."""
