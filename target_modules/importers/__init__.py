"""Makes targets of published benchmarks and task folders."""
