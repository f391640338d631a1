"""The commands that read an archive and decide on variants."""
