"""What a model is told, and the conversation with it."""
