"""The coding agent that evolves: it turns a brief into edits with a model. It runs inside the box."""
