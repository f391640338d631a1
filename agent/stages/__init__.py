"""The stages of pipelines: each is a small class with its prompt in `prompts/`."""
