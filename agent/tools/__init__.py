"""One tool a file: its arguments, its function, and `TOOL`."""
