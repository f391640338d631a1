"""The parts of an archive: runs, variants, decisions, the journal, texts."""
