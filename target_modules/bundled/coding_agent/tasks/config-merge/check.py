BASE = {"a": 1, "b": {"c": 2, "d": [1, 2]}}


def check_nested(candidate):
    assert candidate(BASE, {"b": {"c": 3}}) == {"a": 1, "b": {"c": 3, "d": [1, 2]}}


def check_lists(candidate):
    assert candidate(BASE, {"b": {"d": [9]}}) == {"a": 1, "b": {"c": 2, "d": [9]}}


def check_removed(candidate):
    assert candidate(BASE, {"a": None}) == {"b": {"c": 2, "d": [1, 2]}}
    assert candidate(BASE, {"b": {"c": None}, "x": None}) == {"a": 1, "b": {"d": [1, 2]}}


def check_kinds(candidate):
    assert candidate(BASE, {"b": 5}) == {"a": 1, "b": 5}
    assert candidate(BASE, {"a": {"z": 1}}) == {"a": {"z": 1}, "b": {"c": 2, "d": [1, 2]}}
