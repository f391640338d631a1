def refuses(candidate, value, error):
    try:
        candidate(value)
    except error:
        return
    raise AssertionError


def check_words(candidate):
    assert candidate([True, False, None, 1, 0]) == "[true,false,null,1,0]"


def check_numbers(candidate):
    assert candidate([2.0, -0.0, -3.0, 0.1, 1.5e-7, 1e16]) == "[2,0,-3,0.1,1.5e-07,10000000000000000]"
    assert candidate(-12) == "-12"


def check_numbers_that_are_none(candidate):
    for value in (float("nan"), float("inf"), [-float("inf")]):
        refuses(candidate, value, ValueError)


def check_strings(candidate):
    assert candidate("\u00e9\u20ac ~") == '"\u00e9\u20ac ~"'
    assert candidate('say "a\\b"') == '"say \\"a\\\\b\\""'


def check_control_characters(candidate):
    assert candidate("a\nb\x1f\x00") == '"a\\u000ab\\u001f\\u0000"'


def check_dicts(candidate):
    assert candidate({"b": [1, 2], "a": {"d": None, "c": "x"}}) == '{"a":{"c":"x","d":null},"b":[1,2]}'
    assert candidate({"b": {}, "B": []}) == '{"B":[],"b":{}}'
    for value in ({1: 2}, {"a": {None: 1}}, {"a": 1, 2: 3}):
        refuses(candidate, value, TypeError)


def check_tuples_and_sets(candidate):
    assert candidate((1, ("a",))) == '[1,["a"]]'
    assert candidate({10, 9, 1}) == "[1,10,9]"
    assert candidate([frozenset({"b", "a", 3})]) == '[["a","b",3]]'
    assert candidate(set()) == "[]"


def check_bytes(candidate):
    assert candidate(b"\x00\xffA") == '"00ff41"'


def check_others(candidate):
    refuses(candidate, 1j, TypeError)
    refuses(candidate, [1j], TypeError)
