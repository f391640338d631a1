"""What runs a target's tests in a box, as its package `pygent_tests`; it needs no more than pytest."""
