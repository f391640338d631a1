"""Three-way merge of trees by symbol."""
