from __future__ import annotations

import pytest

from pygent.archive.failure_classes import class_of


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        ("problem 0: call 12 raised: TypeError: no", "raised"),
        ("problem 3: invalid answer: bin 7 is too full", "invalid answer"),
        ("wrong answer in case 3 (got 7)", "wrong answer"),
        ("case 11 timed out: no answer within 2 s", "timed out"),
        ("problem 0: import raised: SyntaxError", "import raised"),
        ("stage trial: excess is 9.3, the threshold is 9", "stage trial"),
        ("clear is 0.05, at least 0.1 is asked", "clear below its least"),
        ("loss is 2e+09, at most 3 is asked", "loss above its most"),
        ("unmatched: the search text does not occur", "unmatched"),
        ("", "no reason"),
    ],
)
def test_reasons_are_counted_by_what_happened_not_where(reason: str, kind: str) -> None:
    assert class_of(reason) == kind
