"""The free checks of a patch before anything runs."""
