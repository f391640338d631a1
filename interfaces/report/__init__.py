"""The report of a run in one file, to share: plots, the best diffs, lineage, cost."""
