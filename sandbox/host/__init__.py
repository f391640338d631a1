"""The host's end of a box: frames, boxes, and the pool."""
