def check_order(candidate):
    assert candidate([3, 1, 3, 2, 1]) == [3, 1, 2]
    assert candidate(["b", "a", "b"]) == ["b", "a"]
    assert candidate([]) == []


def check_equal_kinds(candidate):
    assert candidate([1, 1.0, True]) == [1]


def check_many(candidate):
    many = [n * 7919 % 60013 for n in range(50000)]
    assert candidate(many + many) == many
