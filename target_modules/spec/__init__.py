"""What a target is: its manifest, its cases, and where it is found."""
