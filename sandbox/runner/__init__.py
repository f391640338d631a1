"""What runs inside the box: standard library only, nothing of the other rooms. Its source is sent in."""
