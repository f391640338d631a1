"""Answers with what looks like the wire's own marks."""

KIND = "wrong"

forms = [{"$expected": None}, {"$int": "0x0"}, {"$": []}, {"$dict": [["$int", "0x1"]]}, {"": 0}]
calls = 0


def solve(numbers):
    global calls
    calls += 1
    return forms[calls % len(forms)]
