"""The code that runs inside the box: standard library only, none of our other rooms. Sent in as source."""
