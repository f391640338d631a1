"""Extensions for PyGent Factory: tournament selection, and a proposer that exchanges signs."""
