"""Is a mock that was told to be equal."""

from unittest.mock import MagicMock

KIND = "wrong"

answer = MagicMock()
answer.__eq__.side_effect = lambda other: True
answer.__rmul__.side_effect = lambda other: answer
solve = MagicMock(return_value=answer)
