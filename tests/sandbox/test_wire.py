"""The codec: exact both ways, strict on what comes in."""

from __future__ import annotations

import json
import math
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pygent.sandbox.runner.wire import MAX_DEPTH, NotPlainError, WireError, decode, encode, equal

pytestmark = pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisWarning")  # of long reprs

_texts = st.text(st.characters(), max_size=8)  # lone surrogates too
_scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(min_value=-(2**200), max_value=2**200),
    st.floats(),
    st.complex_numbers(),
    _texts,
    st.binary(max_size=20),
)
_keys = st.recursive(
    _scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=3).map(tuple), st.frozensets(inner, max_size=3)),
)
plain = st.recursive(
    _scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=4).map(tuple),
        st.dictionaries(_keys, inner, max_size=3),
        st.sets(_keys, max_size=3),
        st.frozensets(_keys, max_size=3),
    ),
    max_leaves=12,
)


def same(a: object, b: object) -> bool:
    """Stricter than `equal`: the sign of zero counts, and so does the order of a dict."""
    if type(a) is not type(b):
        return False
    if isinstance(a, float) and isinstance(b, float):
        return (a == b and math.copysign(1, a) == math.copysign(1, b)) or (math.isnan(a) and math.isnan(b))
    if isinstance(a, complex) and isinstance(b, complex):
        return same(a.real, b.real) and same(a.imag, b.imag)
    if isinstance(a, list | tuple) and isinstance(b, list | tuple):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        return same(list(a.items()), list(b.items()))
    if isinstance(a, set | frozenset) and isinstance(b, set | frozenset):
        return sorted(map(encode, a)) == sorted(map(encode, b))
    return a == b


@given(plain)
@example("\ud83d\ude00")
@example(["a", "\ud83d" + "\ude00", "😀"])
@example([2**53, 2**53 + 1, -(2**53), -(2**53) - 1])
@example({1: 1.0, (1, (2.0,)): {frozenset({b"x"})}})
@example([0.0, -0.0, math.nan, math.inf, 5e-324, 1.0])
def test_every_plain_value_comes_back_exactly(value: object) -> None:
    text = encode(value)
    assert text.isascii()
    assert "\n" not in text
    assert same(decode(text), value)
    assert equal(decode(text), value)


@given(plain)
def test_encoding_is_canonical(value: object) -> None:
    assert encode(decode(encode(value))) == encode(value)


@given(st.sets(_keys, max_size=6))
def test_equal_sets_have_equal_texts(value: set[object]) -> None:
    assert encode(set(value)) == encode(set(sorted(value, key=repr)))  # noqa: C414


class _Int(int):
    pass


@pytest.mark.parametrize("value", [_Int(3), object(), range(3), [bytearray(b"x")], {"a": (1, {2: print})}])
def test_other_types_are_refused_by_name(value: object) -> None:
    with pytest.raises(NotPlainError, match="is not plain"):
        encode(value)


def test_a_list_inside_itself_is_refused() -> None:
    loop: list[object] = []
    loop.append(loop)
    with pytest.raises(NotPlainError, match="inside itself"):
        encode(loop)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("NaN", "bare NaN"),
        ("[Infinity]", "bare Infinity"),
        ("-Infinity", "bare -Infinity"),
        ("1e999", "too large"),
        ("-0", "-0 is not an int"),
        ("9007199254740993", "needs .int"),
        ("1" * 5000, "needs .int"),
        ('{"$int":"5"}', "hexadecimal"),
        ('{"$int":"0x5"}', "hexadecimal"),
        ('{"$int":"0x00400000000000000000"}', "hexadecimal"),
        ('{"$int":"0xFFFFFFFFFFFFFFFFFF"}', "hexadecimal"),
        ('{"$int":7}', "needs a string"),
        ('{"$float":"1.5"}', "nan, inf"),
        ('{"$bytes":"a"}', "base64"),
        ('{"$bytes":"YR=="}', "canonical"),
        ('{"$complex":[1,2]}', "two floats"),
        ('{"$str":["a","b"]}', "surrogates"),
        ('{"$set":[1,1]}', "twice"),
        ('{"$set":[1,1.0]}', "twice"),
        ('{"$set":[[1]]}', "unhashable"),
        ('{"$dict":[[1,2],[1,3]]}', "twice"),
        ('{"$dict":[[1,2,3]]}', "pairs"),
        ('{"$dict":[{"$tuple":[1,2]}]}', "pairs"),
        ('{"$dict":{"a":1}}', "unknown tag"),
        ('{"$tuple":"ab"}', "needs an array"),
        ('{"$pickle":"gASVAAAA"}', "unknown tag"),
        ('{"a":1}', "unknown tag"),
        ("{}", "exactly one key"),
        ('{"$tuple":[],"$set":[]}', "exactly one key"),
        ('{"$tuple":[],"$tuple":[]}', "exactly one key"),
        ("[1,]", "not JSON"),
        ("1 2", "not JSON"),
        ("", "not JSON"),
        ('"a\nb"', "not JSON"),
        ("[" * 200_000, "nested|not JSON"),
        ("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1), "nested"),
        ('{"$tuple":[' * (MAX_DEPTH + 1) + "]}" * (MAX_DEPTH + 1), "nested"),
    ],
)
def test_what_is_not_exact_is_refused(text: str, why: str) -> None:
    with pytest.raises(WireError, match=why):
        decode(text)


def test_as_deep_as_can_be_written_can_be_read() -> None:
    value: object = 1
    for _ in range(MAX_DEPTH):
        value = {1: value}
    assert decode(encode(value)) == value
    with pytest.raises(NotPlainError):
        encode([value])


def test_the_size_is_capped_in_bytes() -> None:
    assert decode('"aaaa"', 6) == "aaaa"
    with pytest.raises(WireError, match="longer"):
        decode('"aaaaa"', 6)
    with pytest.raises(WireError, match="longer"):
        decode('"éééé"', 7)
    with pytest.raises(WireError, match="UTF-8"):
        decode(b'"\xff"')


def test_keys_of_one_hash_cannot_hang_the_reader() -> None:
    modulus = 2**61 - 1
    elements = ",".join(f'{{"$int":"{hex(n * modulus)}"}}' for n in range(2, 200_000))
    start = time.thread_time()
    with pytest.raises(WireError, match="one hash"):
        decode(f'{{"$set":[{elements}]}}')
    assert time.thread_time() - start < 20


_TAGS = ["$tuple", "$set", "$dict", "$int", "$float", "$bytes", "$str", "$complex", "nan", "0x1f", "YQ=="]
_tokens = st.sampled_from(
    [
        *"[]{},: \\",
        *(f'"{tag}"' for tag in _TAGS),
        *("1", "-0", "1e400", "NaN", "null", "true", '"\\ud83d"', '"\\ude00"'),
    ]
)


@given(st.one_of(st.lists(_tokens, max_size=30).map("".join), st.text(), st.binary()), st.booleans())
def test_a_reader_raises_nothing_but_wire_errors(text: str | bytes, people: bool) -> None:
    try:
        value = decode(text, plain_dicts=people)
    except WireError:
        return
    assert equal(decode(encode(value)), value)


@given(plain, st.data())
def test_a_damaged_text_is_a_value_or_a_wire_error(value: object, data: st.DataObject) -> None:
    text = encode(value)
    place = data.draw(st.integers(0, len(text)))
    damaged = text[:place] + data.draw(_tokens) + text[place + data.draw(st.integers(0, 3)) :]
    try:
        again = decode(damaged)
    except WireError:
        return
    encode(again)


_json = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text()
    ),
    lambda inner: st.one_of(
        st.lists(inner), st.dictionaries(st.text().filter(lambda k: k[:1] != "$"), inner)
    ),
    max_leaves=10,
)


@given(_json)
def test_people_write_plain_json(value: object) -> None:
    assert equal(decode(json.dumps(value), plain_dicts=True), value)


def test_people_may_use_tags_and_dollar_keys_among_others() -> None:
    text = '{"args": [{"$tuple": [1, {"$set": ["a"]}]}], "price": {"$": 1, "€": 2}}'
    assert decode(text, plain_dicts=True) == {"args": [(1, {"a"})], "price": {"$": 1, "€": 2}}
    with pytest.raises(WireError, match="twice"):
        decode('{"a": 1, "a": 2}', plain_dicts=True)
    with pytest.raises(WireError, match="unknown tag"):
        decode('{"$tupel": [1]}', plain_dicts=True)


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        (1, 1.0, False),
        (1, True, False),
        ([1], (1,), False),
        (math.nan, math.nan, True),
        ([0.0], [-0.0], True),
        ({0.0, 1.0}, {-0.0, 1.0}, True),
        ({1, 2}, {1.0, 2.0}, False),
        ({1: "a"}, {True: "a"}, False),
        ({1: 2, 3: 4}, {3: 4, 1: 2}, True),
        ({math.nan}, {math.nan}, True),
        ({(1, math.nan)}, {(1, math.nan)}, True),
        (complex(0, math.nan), complex(0, math.nan), True),
        ("a", b"a", False),
        ({"a": [1]}, {"a": [1, 2]}, False),
    ],
)
def test_exact_equality(a: object, b: object, expected: bool) -> None:
    assert equal(a, b) is expected
    assert equal(b, a) is expected


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        (1, 1.0005, True),
        (1, 1.1, False),
        (True, 1.0, False),
        (math.inf, math.inf, True),
        (math.inf, 1e308, False),
        (math.nan, math.nan, True),
        (math.nan, 1.0, False),
        (10**400, 10**400 + 10**396, True),
        (10**400, 10**401, False),
        (10**400, math.inf, False),
        (1 + 1j, 1.0001 + 1j, True),
        ({"a": (1.0, "x")}, {"a": (1.0001, "x")}, True),
        ({1.0, 5.0, 2.0}, {1.0001, 2.0, 5.0}, True),
        ({1.0, 5.0}, {1.2, 5.0}, False),
        ({1.0, "a"}, {1.0001, "a"}, True),
        ({1.0, "a"}, {1.0, "b"}, False),
        (complex(math.nan, 1), complex(math.nan, 2), False),
        (complex(1, math.nan), complex(2, math.nan), False),
        (complex(math.nan, 1), complex(math.nan, 1.0001), True),
        (complex(math.nan, 1), complex(1, math.nan), False),
        (complex(math.nan, math.nan), complex(math.nan, 1), False),
        (complex(math.nan, math.nan), complex(math.nan, math.nan), True),
        (complex(math.inf, 1), complex(math.inf, 2), False),
        (complex(math.inf, 1), complex(math.inf, 1.0001), True),
        (complex(math.inf, 1), complex(-math.inf, 1), False),
        (complex(math.inf, math.nan), complex(math.inf, 5), False),
        (complex(1e308, 1e308), complex(1e308, 1.5e308), False),
        (math.nan, complex(math.nan, 0), True),
        (math.nan, complex(math.nan, 5), False),
        (math.inf, complex(math.inf, 1), False),
        (10**400, complex(math.inf, 0), False),
        ([(complex(math.nan, 1),)], [(complex(math.nan, 2),)], False),
        ({"a": complex(math.nan, 1)}, {"a": complex(math.nan, 2)}, False),
        ({complex(math.nan, 1): 1}, {complex(math.nan, 2): 1}, False),
        ({complex(math.nan, 1): 1}, {complex(math.nan, 1): 1.0001}, True),
        ({complex(math.nan, 1)}, {complex(math.nan, 2)}, False),
        ({complex(math.nan, 1)}, {complex(math.nan, 1)}, True),
        ({math.nan, 1.0}, {math.nan, 1.0001}, True),
        ({math.nan, 1.0}, {1.0001, 2.0}, False),
        ({math.nan, -math.nan, (math.nan,)}, {math.nan, (math.nan,), (-math.nan,)}, False),
    ],
)
def test_equality_within_a_thousandth(a: object, b: object, expected: bool) -> None:
    assert equal(a, b, rel=1e-3) is expected
    assert equal(b, a, rel=1e-3) is expected


@given(plain, plain)
def test_equality_is_symmetric_and_agrees_with_the_encoding(a: object, b: object) -> None:
    assert equal(a, a)
    assert equal(a, b) == equal(b, a)
    if encode(a) == encode(b):
        assert equal(a, b)


@pytest.mark.parametrize("one", ['{"$set":[]}', '{"$dict":[]}', '{"$tuple":[1]}'])
def test_a_text_of_nothing_but_tags_is_given_up_when_its_time_is_over(one: str) -> None:
    text = "[" + ",".join([one] * 100_000) + "]"
    with pytest.raises(WireError, match="too long to read"):
        decode(text, seconds=0.0)
    assert len(decode(text, seconds=60.0)) == 100_000  # type: ignore[arg-type]
