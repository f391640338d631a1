"""What a foreign folder would run or loosen: asked once, and remembered by its content."""
