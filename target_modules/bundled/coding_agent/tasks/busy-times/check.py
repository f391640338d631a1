def check_few(candidate):
    assert candidate([]) == 0
    assert candidate([[1, 3], [2, 4], [3, 5]]) == 2
    assert candidate([[1, 10], [2, 9], [3, 8]]) == 3


def check_touching(candidate):
    assert candidate([[1, 2], [2, 3]]) == 1


def check_empty_meetings(candidate):
    assert candidate([[5, 5]]) == 0


def check_many(candidate):
    meetings = [[n * 31 % 50021, n * 31 % 50021 + 40] for n in range(40000)]
    assert candidate(meetings) == 33
