"""What is added to a price."""
