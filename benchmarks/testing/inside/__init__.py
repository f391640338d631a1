"""Run a target's tests in a box, as the package `pygent_tests`, which needs only pytest."""
