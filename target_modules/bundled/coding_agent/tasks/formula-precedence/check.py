def check_precedence(candidate):
    assert candidate("1+2*3") == 7
    assert candidate("8-6/2") == 5
    assert candidate("2*3+4*5") == 26


def check_left_to_right(candidate):
    assert candidate("10-3-2") == 5
    assert candidate("16/4/2") == 2


def check_parentheses(candidate):
    assert candidate("(1+2)*3") == 9
    assert candidate("2*(3+(4-1))") == 12


def check_minus(candidate):
    assert candidate("-2*-(3)") == 6
    assert candidate("3--2") == 5
    assert candidate("-(1+2)*2") == -6


def check_faults(candidate):
    for wrong in ("(1+2", "1+2)", "1 $ 2", "1+", ""):
        try:
            candidate(wrong)
        except ValueError:
            continue
        raise AssertionError
