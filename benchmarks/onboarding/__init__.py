"""Make targets from people's own code, after running it once in a sandbox."""
