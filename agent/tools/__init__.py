"""One tool per file: its arguments, its function, and `TOOL`."""
