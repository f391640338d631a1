def check_few(candidate):
    roads = [["a", "b"], ["a", "c"], ["b", "d"], ["c", "d"], ["d", "e"]]
    assert candidate(roads, "a", "e") == 2
    assert candidate(roads, "b", "e") == 1
    assert candidate(roads, "e", "a") == 0
    assert candidate([], "x", "x") == 1


def check_twice_the_same_road(candidate):
    assert candidate([["a", "b"], ["a", "b"]], "a", "b") == 2


def check_many_layers(candidate):
    roads = []
    for layer in range(60):
        for one in range(2):
            for other in range(2):
                roads.append([f"{layer}.{one}", f"{layer + 1}.{other}"])
    assert candidate(roads, "0.0", "60.0") == 2**59


def check_other_end_next(candidate):
    roads = [["a", "b"], ["b", "c"]]
    assert candidate(roads, "a", "b") == 1
    assert candidate(roads, "a", "c") == 1
