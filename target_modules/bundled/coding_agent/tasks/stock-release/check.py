def check_cancelled(candidate):
    assert candidate({"a": 5}, [["place", 1, "a", 3], ["cancel", 1]]) == {"a": 5}


def check_once(candidate):
    events = [["place", 1, "a", 3], ["cancel", 1], ["cancel", 1]]
    assert candidate({"a": 5}, events) == {"a": 5}


def check_unknown(candidate):
    assert candidate({"a": 5}, [["cancel", 9]]) == {"a": 5}


def check_refused(candidate):
    events = [["place", 1, "a", 9], ["cancel", 1], ["place", 2, "a", 5]]
    assert candidate({"a": 5}, events) == {"a": 0}


def check_again(candidate):
    events = [["place", 1, "a", 4], ["cancel", 1], ["place", 2, "a", 5], ["cancel", 1]]
    assert candidate({"a": 5}, events) == {"a": 0}
