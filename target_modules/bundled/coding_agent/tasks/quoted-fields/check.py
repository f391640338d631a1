def check_plain(candidate):
    assert candidate("a, b ,c") == ["a", "b", "c"]


def check_quoted(candidate):
    assert candidate('a,"b,c",d') == ["a", "b,c", "d"]


def check_quotes_within(candidate):
    assert candidate('"say ""hi""",x') == ['say "hi"', "x"]


def check_spaces_within_quotes(candidate):
    assert candidate('" a ", b ') == [" a ", "b"]


def check_empty(candidate):
    assert candidate('a,,""') == ["a", "", ""]
