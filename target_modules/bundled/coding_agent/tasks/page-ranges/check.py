def check_ranges(candidate):
    assert candidate("1,3-5") == [1, 3, 4, 5]


def check_down(candidate):
    assert candidate("5-3") == [5, 4, 3]


def check_spaces(candidate):
    assert candidate(" 1 - 2 , 9 ") == [1, 2, 9]


def check_again(candidate):
    assert candidate("2,1-3,3") == [2, 1, 3]
