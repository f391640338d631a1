def check_single_dashes(candidate):
    assert candidate("a - b") == "a-b"
    assert candidate("  Hello,   World! ") == "hello-world"


def check_ends(candidate):
    assert candidate("--x--") == "x"
    assert candidate("!!!") == ""


def check_words_stay_whole(candidate):
    assert candidate("the quick brown fox jumps over the lazy dog again") == "the-quick-brown-fox-jumps-over-the-lazy"


def check_one_long_word(candidate):
    assert candidate("x" * 60) == "x" * 40
