def check_numbers_and_texts(candidate):
    found = candidate(
        [["price", 1], ["price", "1"], ["price", True], ["price", 1.0], ["price", 12], ["price", "12"]]
    )
    assert found["answers"] == [250, 40, 0, 100, 1999, 75]


def check_each_is_computed_once(candidate):
    found = candidate(
        [["price", 1], ["price", "1"], ["price", 1], ["price", True], ["price", 1.0], ["price", "1"]]
    )
    assert found["computed"] == {"price": 4}


def check_separators(candidate):
    found = candidate([["label", "a/b", "c"], ["label", "a", "b/c"], ["label", "a", "b/c"]])
    assert found == {"answers": ["a/b - c", "a - b/c", "a - b/c"], "computed": {"label": 2}}


def check_lists(candidate):
    found = candidate(
        [["parts", 7, "7"], ["parts", 7, "7"], ["parts", "7", 7], ["parts", "7/7"], ["parts", 7, "7"]]
    )
    first = ["int 7", "str 7"]
    assert found["answers"] == [first, first, ["str 7", "int 7"], ["str 7/7"], first]
    assert found["computed"] == {"parts": 3}


def check_lists_of_lists(candidate):
    found = candidate([["history", 3, [1, 2]], ["history", 3, [1, 2]], ["history", 3, ["1", 2][1:]]])
    assert found["answers"][0] == found["answers"][1] == [[1, [3] * 4], [2, [6] * 4]]
    assert found["answers"][2] == [[2, [6] * 4]]
    assert found["computed"] == {"history": 2}


def check_all_together(candidate):
    found = candidate([["price", 5], ["label", "x", "y"], ["price", 5], ["parts", "p"], ["parts", "p"]])
    assert found["answers"] == [-1, "x - y", -1, ["str p"], ["str p"]]
    assert found["computed"] == {"label": 1, "parts": 1, "price": 1}
    assert candidate([["price", 5]])["computed"] == {"price": 1}
