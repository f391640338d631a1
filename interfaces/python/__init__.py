"""The Python interface: what `import pygent` offers, and what command line and servers stand on."""
