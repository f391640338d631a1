"""The coding agent that evolves: turns a brief into edits with a model. It will run inside the box."""
