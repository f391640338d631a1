"""The files and programs that an attempt works on."""
