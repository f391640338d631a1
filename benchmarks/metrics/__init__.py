"""Static metrics of source code."""
