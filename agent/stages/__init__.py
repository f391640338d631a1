"""The stages of which pipelines are made: each a small class with its prompt in `prompts/`."""
