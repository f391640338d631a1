NAMES = ["a.py", "b.py", "ab.py", "a+b", "abc", "apy"]


def check_star(candidate):
    assert candidate(NAMES, "a*") == ["a.py", "ab.py", "a+b", "abc", "apy"]
    assert candidate(NAMES, "*.py") == ["a.py", "b.py", "ab.py"]


def check_one(candidate):
    assert candidate(NAMES, "?.py") == ["a.py", "b.py"]
    assert candidate(NAMES, "ab?") == ["abc"]


def check_whole(candidate):
    assert candidate(NAMES, "ab") == []
    assert candidate(NAMES, "abc") == ["abc"]


def check_plain(candidate):
    assert candidate(NAMES, "a.py") == ["a.py"]
    assert candidate(NAMES, "a+b") == ["a+b"]
