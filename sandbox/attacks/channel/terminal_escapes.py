"""Terminal escapes, bidi marks and lone surrogates in names, texts, output and exceptions"""

ENDS = ("raised",)
CALLS = 2
FAST = True
ODD = "\x1b]0;owned\x07\x1b[2J\x9b31m\u202e\u2066\u200b\r\n\x00\ud800[red]"


def attack(turn):
    print(ODD.encode("utf-8", "surrogatepass").decode("utf-8", "replace"))
    if turn:
        raise ValueError(ODD)
    return {ODD: ODD}
