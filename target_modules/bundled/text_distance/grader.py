"""Draws pairs of texts, and computes their distance by another algorithm than the baseline's."""

from __future__ import annotations

from random import Random

from pygent.grading import Call, Case

ALPHABETS = ("ab", "acgt", "abcdefghijklmnopqrstuvwxyz ", "aàáâbßcçdðeèéêñöøλψωжшю漢字仮名😀😁")


def cases(seed: int, split: str, count: int) -> list[Case]:
    """Every fifth pair is short or has an empty text; the others have 50 to 110 characters each."""
    rng = Random(f"text_distance/{split}/{seed}")
    return [_case(rng, number) for number in range(count)]


def _case(rng: Random, number: int) -> Case:
    alphabet = ALPHABETS[number % len(ALPHABETS)]
    if number % 5 == 4:
        a, b = _text(rng, alphabet, 0, 4), _text(rng, alphabet, 0, 12)
    else:
        a = _text(rng, alphabet, 50, 110)
        b = _typed(rng, a, alphabet) if rng.random() < 0.5 else _text(rng, alphabet, 50, 110)
    if rng.random() < 0.5:
        a, b = b, a
    return Case(Call(args=(a, b)), expected(a, b))


def _text(rng: Random, alphabet: str, least: int, most: int) -> str:
    return "".join(rng.choices(alphabet, k=rng.randint(least, most)))


def _typed(rng: Random, text: str, alphabet: str) -> str:
    """The text with some characters dropped, doubled or replaced."""
    rate = rng.uniform(0.02, 0.3)
    typed: list[str] = []
    for char in text:
        chance = rng.random() / rate
        if chance < 1 / 3:
            continue
        typed.append(rng.choice(alphabet) if chance < 2 / 3 else char)
        if 2 / 3 <= chance < 1:
            typed.append(rng.choice(alphabet))
    return "".join(typed)


def expected(a: str, b: str) -> int:
    """Levenshtein distance by bit-parallel columns (Myers 1999, in Hyyrö's form of 2001)."""
    if not a:
        return len(b)
    last = 1 << (len(a) - 1)
    mask = (1 << len(a)) - 1
    places: dict[str, int] = {}
    for index, char in enumerate(a):
        places[char] = places.get(char, 0) | 1 << index
    up, down, distance = mask, 0, len(a)
    for char in b:
        match = places.get(char, 0)
        zero = (((match & up) + up) ^ up) | match | down
        right_up = down | (~(zero | up) & mask)
        right_down = zero & up
        distance += bool(right_up & last) - bool(right_down & last)
        right_up = (right_up << 1 | 1) & mask
        right_down = (right_down << 1) & mask
        up = right_down | (~(zero | right_up) & mask)
        down = right_up & zero
    return distance
