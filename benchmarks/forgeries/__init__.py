"""Programs that try to be scored higher than they have earned, and the four suites that must not be fooled."""
