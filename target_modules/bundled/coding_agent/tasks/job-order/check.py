def check_chain(candidate):
    assert candidate({"c": {"needs": ["b"]}, "b": {"needs": ["a"]}, "a": {}}) == ["a", "b", "c"]


def check_two_needs(candidate):
    jobs = {"c": {"needs": ["a", "b"]}, "a": {}, "b": {}}
    assert candidate(jobs) == ["a", "b", "c"]


def check_priority(candidate):
    assert candidate({"a": {}, "b": {"priority": 5}, "c": {"priority": 1}}) == ["b", "c", "a"]
    jobs = {"a": {"priority": 1}, "b": {"needs": ["a"], "priority": 9}, "c": {"priority": 5}}
    assert candidate(jobs) == ["c", "a", "b"]


def check_repeated_need(candidate):
    assert candidate({"b": {"needs": ["a", "a"]}, "a": {}}) == ["a", "b"]


def check_circle(candidate):
    for jobs in ({"a": {"needs": ["b"]}, "b": {"needs": ["a"]}}, {"a": {"needs": ["a"]}}, {"a": {"needs": ["x"]}}):
        try:
            candidate(jobs)
        except ValueError:
            continue
        raise AssertionError


def check_nothing(candidate):
    assert candidate({}) == []
