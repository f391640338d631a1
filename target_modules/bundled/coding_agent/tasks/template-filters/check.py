def check_plain(candidate):
    assert candidate("Hi {name}!", {"name": "ann"}) == "Hi ann!"
    assert candidate("{n}", {"n": 3}) == "3"


def check_filters(candidate):
    assert candidate("{name|upper}", {"name": "ann"}) == "ANN"
    assert candidate("{name|title}", {"name": "ann lee"}) == "Ann Lee"


def check_default(candidate):
    assert candidate("{name|default:you there}", {}) == "you there"
    assert candidate("{name|default:x}", {"name": ""}) == "x"
    assert candidate("{name|default:x}", {"name": "ann"}) == "ann"


def check_row(candidate):
    assert candidate("{name|default:ann|upper}", {}) == "ANN"


def check_faults(candidate):
    for text, kind in (("{name}", KeyError), ("{name|upper}", KeyError), ("{a|nope}", ValueError)):
        try:
            candidate(text, {"a": "x"})
        except kind:
            continue
        raise AssertionError
