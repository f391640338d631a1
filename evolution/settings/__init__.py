"""A run's configuration and where it comes from."""
