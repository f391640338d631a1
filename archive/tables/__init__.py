"""Rows of each table, and the queries over them."""
