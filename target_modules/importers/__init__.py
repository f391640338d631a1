"""Make targets from published benchmarks and task folders."""
