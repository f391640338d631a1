"""From an archived variant to the real source: approval and application."""
