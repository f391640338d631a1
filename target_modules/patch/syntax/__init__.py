"""Python source as symbols, spans and imports."""
