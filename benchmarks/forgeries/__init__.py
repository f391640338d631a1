"""Programs that try to get a better score than they deserve, and the targets that they attack."""
