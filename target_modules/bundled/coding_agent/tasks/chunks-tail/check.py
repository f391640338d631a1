def check_tail(candidate):
    assert candidate([1, 2, 3, 4, 5], 2) == [[1, 2], [3, 4], [5]]
    assert candidate([1], 3) == [[1]]


def check_full(candidate):
    assert candidate([1, 2, 3, 4], 2) == [[1, 2], [3, 4]]
    assert candidate([], 2) == []


def check_size(candidate):
    for wrong in (0, -1):
        try:
            candidate([1, 2], wrong)
        except ValueError:
            continue
        raise AssertionError
