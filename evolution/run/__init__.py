"""One run: what begins, what is committed, and why it ends."""
