"""What is switched on."""

NEW_TABLE = True  # the table of 2024; False until the old contracts have ended
