LINES = [[250, 4], [999, 1]]


def check_none(candidate):
    assert candidate(LINES) == 1999
    assert candidate(LINES, None) == 1999


def check_ten(candidate):
    assert candidate(LINES, "TEN") == 1799
    assert candidate([[100, 1]], "TEN") == 90


def check_bulk(candidate):
    assert candidate([[100, 11], [50, 4]], "BULK") == 900 + 200


def check_ship(candidate):
    assert candidate([[4999, 1]], "SHIP") == 4999
    assert candidate([[5000, 1]], "SHIP") == 4510


def check_unknown(candidate):
    try:
        candidate(LINES, "FREE")
    except KeyError:
        return
    raise AssertionError
