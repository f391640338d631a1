"""The commands that set up targets, trust, servers and models."""
