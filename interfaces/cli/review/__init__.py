"""Commands that read an archive and decide about variants."""
