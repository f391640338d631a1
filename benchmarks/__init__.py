"""Judge a variant: suites, grader, timing, statistics, radon metrics."""
