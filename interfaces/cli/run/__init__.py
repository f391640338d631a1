"""The commands that begin, steer and watch runs."""
