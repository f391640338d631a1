"""Commands that start, control and watch runs."""
