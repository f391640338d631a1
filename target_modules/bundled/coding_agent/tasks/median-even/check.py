def check_even(candidate):
    assert candidate([1, 2, 3, 4]) == 2.5
    assert candidate([10, 0]) == 5


def check_odd(candidate):
    assert candidate([3, 1, 2]) == 2
    assert candidate([7]) == 7


def check_empty(candidate):
    try:
        candidate([])
    except ValueError:
        return
    raise AssertionError
