"""`python -m pygent` is the command `pygent`."""

import sys

if not sys.flags.safe_path:
    sys.path.pop(0)  # `-m` puts the current folder first, and whatever lies there would be imported

from pygent.interfaces.cli import main

main()
