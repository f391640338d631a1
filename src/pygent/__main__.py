"""`python -m pygent` is the command `pygent`."""

from pygent.interfaces.cli import main

main()
