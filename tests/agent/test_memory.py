"""Earlier attempts are shown whole, in one line, or not at all, the first ones whole."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pygent.agent.dialogue.brief import Effect, PriorAttempt
from pygent.agent.dialogue.memory import effect, remembered, short, whole
from pygent.prompts.note import LONGEST_WORD, NOTE_CHARS, keepable

words = st.lists(st.sampled_from(["tables", "0.0125", "-3.5e-7", "bits", "slower", "100"]), max_size=120)
attempts = st.lists(
    st.builds(
        lambda note, score, finding: PriorAttempt(
            " ".join(["idea", *note]), "valid: not better", score, name="attempt 3 (abc)", finding=finding
        ),
        words,
        st.none() | st.floats(-1e6, 1e6),
        st.booleans(),
    ),
    max_size=12,
)


@given(attempts, st.integers(500, 6000))
def test_each_attempt_is_whole_or_short_or_counted_and_the_limit_holds(
    known: list[PriorAttempt], limit: int
) -> None:
    text = remembered(known, limit)
    assert len(text) <= limit
    rest = text
    kinds = []
    for one in known:
        form = next((form for form in (whole(one), short(one)) if rest.startswith(form)), None)
        if form is None:
            break
        rest = rest[len(form) :].removeprefix("\n")
        kinds.append(form == whole(one))
    assert kinds == sorted(kinds, reverse=True)
    left_out = len(known) - len(kinds)
    assert rest == "" if not left_out else rest.startswith(f"- {left_out} earlier attempts are left out")


def test_the_first_is_whole_even_if_it_takes_most_of_the_room() -> None:
    first = PriorAttempt("word " * 300, "valid", name="attempt 9 (x)", finding=True)
    text = remembered([first, PriorAttempt("other", "valid")], 1700)
    assert text.startswith(whole(first))


def test_everything_that_is_known_is_said() -> None:
    one = PriorAttempt(
        "bits of one integer",
        "accepted: better, after 16 pairs",
        3.37,
        ("well done",),
        "attempt 1 (0f3a)",
        "on these files",
        "distance in text_distance.py (+24 -9 lines)",
        (Effect("speed", 1.0, 3.37), Effect("excess", 5.5, 3.7, -1.8, -2.0, -1.6, 100)),
        "3.3 [2.9, 3.7] times its parent's speed, 16 pairs: better",
    )
    assert whole(one).split("\n") == [
        "- attempt 1 (0f3a), on these files: bits of one integer",
        "  changed: distance in text_distance.py (+24 -9 lines)",
        "  speed: 1 -> 3.37",
        "  excess: 5.5 -> 3.7, -1.8 [-2, -1.6] over 100 pairs",
        "  compared: 3.3 [2.9, 3.7] times its parent's speed, 16 pairs: better",
        "  outcome: accepted: better, after 16 pairs",
        "  a reviewer said: well done",
    ]
    assert short(one) == (
        "- attempt 1 (0f3a): speed 3.37, excess 3.7; accepted: better, after 16 pairs; bits of one integer"
    )


def test_a_metric_that_one_side_lacks_is_none() -> None:
    assert effect(Effect("speed", None, 3.0)) == "speed: none -> 3"


@given(st.text(max_size=300), st.integers(20, 200))
def test_a_note_keeps_whole_words(text: str, limit: int) -> None:
    kept = keepable(text, limit)
    assert len(kept) <= limit
    assert "\n" not in kept
    words = keepable(text, 10_000).split()
    if kept.endswith("...") and max(map(len, words), default=0) < LONGEST_WORD and " " in kept:
        assert kept[:-3].split() == words[: len(kept[:-3].split())]


def test_a_word_that_is_none_is_cut_and_takes_nothing_along() -> None:
    assert keepable("why: " + "x" * 9000, 100) == "why: " + "x" * 92 + "..."
    assert keepable("x" * 9000, 10) == "xxxxxxx..."


def test_a_note_of_two_thousand_characters_is_kept_as_it_is() -> None:
    text = ("0123456789 " * 200)[:NOTE_CHARS].strip()
    assert keepable(text) == text
