def check_days(candidate):
    assert candidate(86400 + 2 * 3600 + 3 * 60 + 4) == "1d 2h 3m 4s"


def check_zero_units(candidate):
    assert candidate(3600) == "1h"
    assert candidate(90) == "1m 30s"
    assert candidate(86401) == "1d 1s"


def check_nothing(candidate):
    assert candidate(0) == "0s"


def check_negative(candidate):
    assert candidate(-3600) == "-1h"
    assert candidate(-61) == "-1m 1s"
