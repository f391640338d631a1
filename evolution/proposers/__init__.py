"""Where patches come from."""
