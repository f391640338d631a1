"""What can be done to a value on its way into a text."""
