def check_pairs(candidate):
    assert [candidate(n) for n in (4, 9, 40, 90, 400, 900)] == ["IV", "IX", "XL", "XC", "CD", "CM"]


def check_whole(candidate):
    assert candidate(1994) == "MCMXCIV"
    assert candidate(3999) == "MMMCMXCIX"
    assert candidate(2000) == "MM"


def check_bounds(candidate):
    for wrong in (0, -3, 4000):
        try:
            candidate(wrong)
        except ValueError:
            continue
        raise AssertionError
