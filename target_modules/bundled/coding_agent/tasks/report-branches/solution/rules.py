"""Rules of grading."""

LATE = {"first": 5, "second": 10}
VERY_LATE = 20
BOUNDS = ((90, "A"), (80, "B"), (70, "C"), (60, "D"))
