"""What somebody's folder would run or loosen: asked once, and remembered by its content."""
