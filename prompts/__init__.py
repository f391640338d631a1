"""Render the prompts from templates. A missing variable is an error."""
