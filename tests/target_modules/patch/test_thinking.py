"""What a model thinks is never its answer, whatever marks it uses; code about such marks stays code."""

from __future__ import annotations

import pytest

from pygent.target_modules.patch.apply import apply
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.patch.parse.answer_reader import ReadError, read
from pygent.target_modules.patch.parse.thinking_marks import without_thinking

SOURCE = "def double(x):\n    return x + x\n"
TREE = Tree({"m.py": SOURCE})
RIGHT = "```python\ndef double(x):\n    return x << 1\n```\n"
DRAFT = "```python\ndef double(x):\n    return x - x\n```\n"
PAIRS = [
    ("<think>", "</think>"),
    ("<THINK>", "</Think>"),
    ("<thinking>", "</thinking>"),
    ('<thinking budget="200">', "</thinking>"),
    ("<thought>", "</thought>"),
    ("<reasoning>", "</reasoning>"),
    ("<reflection>", "</reflection>"),
    ("<scratchpad>", "</scratchpad>"),
    ("<inner_thoughts>", "</inner_thoughts>"),
    ("<reasoning_content>", "</reasoning_content>"),
    ("<\uff5cbegin▁of▁thinking\uff5c>", "<\uff5cend▁of▁thinking\uff5c>"),
    ("< think >", "</ think >"),
    ("<seed:think>", "</seed:think>"),
    ("[THINK]", "[/THINK]"),
    ("◁think▷", "◁/think▷"),
    ("<|begin_of_thought|>", "<|end_of_thought|>"),
    ("<|START_THINKING|>", "<|END_THINKING|>"),
    ("<|thinking|>", "<|/thinking|>"),
    ("<|channel|>analysis<|message|>", "<|end|><|start|>assistant<|channel|>final<|message|>"),
    ("<|channel|>analysis", "<|channel|>final"),
    ("<|start|>assistant<|channel|>commentary<|message|>", "<|end|>"),
    ("<|channel>thought", "<channel|>"),
    ('<details type="reasoning" done="true">', "</details>"),
    ("<longcat_think>", "</longcat_think>"),
    ("<think_fast>", "</think_fast>"),
    ("<planning>", "</planning>"),
    ("<|inner_prefix|>", "<|inner_suffix|>"),
    ("<unused94>thought", "<unused95>"),
    ("<!-- thinking", "-->"),
    ("<summary>Thought for 3 seconds</summary>", "</details>"),
    ("<|begin|>assistant<|think|>", "<|end|><|begin|>assistant<|content|>"),
    ("**Thinking:**\n", "\n### Answer\n"),
    ("Here is my thought process:", "Here is my response:"),
    ("analysis", "assistantfinal"),
]
NOT_ALONE = ("<|end|>", "<channel|>", "</details>", "<unused95>", "<|end|><|begin|>assistant<|content|>")
LONE = [close for _, close in PAIRS if close not in NOT_ALONE and close[0] in "<[◁"]


def taken(answer: str) -> str:
    return apply(TREE, read(answer, TREE, ["m.py"]))["m.py"]


GOOD = "def double(x):\n    return x << 1\n"


@pytest.mark.parametrize(("opens", "closes"), PAIRS)
def test_thinking_before_an_answer_is_left_out(opens: str, closes: str) -> None:
    for gap in ("\n", " ", ""):
        for thoughts in (
            "Let me see.",
            DRAFT,
            f"A draft:\n{DRAFT}so no.\n",
            "An open fence:\n```python\nx =\n",
        ):
            assert taken(f"{opens}\n{thoughts}\n{closes}\n{RIGHT}") == GOOD
            assert taken(f"{opens}{gap}{thoughts}\n{closes}{gap}{RIGHT}") == GOOD
    with pytest.raises(ReadError):
        taken(f"{opens}\n{DRAFT}{closes}\nI am done.")


@pytest.mark.parametrize(("opens", "closes"), PAIRS[:-3])
def test_a_second_thought_in_mid_answer_is_left_out(opens: str, closes: str) -> None:
    answer = f"{opens}a{closes}\nIDEA: shift\n{opens}\n{DRAFT}{closes}\nm.py\n{RIGHT}{opens}{DRAFT}{closes}"
    assert taken(answer) == GOOD
    assert "x - x" not in without_thinking(answer)
    assert "IDEA: shift" in without_thinking(answer)
    assert taken(f"Well. {opens} hm,\n{DRAFT}{closes} So:\n{RIGHT}") == GOOD


@pytest.mark.parametrize("closes", LONE)
def test_a_closing_mark_alone_ends_thinking_that_began_earlier(closes: str) -> None:
    assert taken(f"So, as I said:\n{DRAFT}{closes}{RIGHT}") == GOOD
    assert taken(f"So, as I said:\n{DRAFT}that is it.{closes} Now:\n{RIGHT}") == GOOD


@pytest.mark.parametrize(("opens", "closes"), PAIRS[:-3])
def test_thinking_that_does_not_end_leaves_no_answer(opens: str, closes: str) -> None:
    assert without_thinking(f"{opens}\n{DRAFT}") == ""
    with pytest.raises(ReadError, match="cut off"):
        without_thinking(f"{RIGHT}{opens}\nOr rather\n{DRAFT}")


@pytest.mark.parametrize(
    "frame",
    [
        "<answer>\n{}</answer>",
        "<answer>{}</answer>",
        "Draft:\n" + DRAFT + "<answer>\n{}</answer>",
        "<think>a</think><final_answer>\n{}\n</final_answer>",
        "<|begin_of_solution|>\n{}<|end_of_solution|>",
        "<|START_RESPONSE|>{}<|END_RESPONSE|>",
        "{}<|end|>",
        "{}<|return|>",
        "<think>I parse <think> tags.</think>\n{}",
        "<think>a<think>b</think>" + DRAFT + "</think>{}",
        "<think>The mark `</think>` ends it.\n" + DRAFT + "</think>\n{}",
        "<think>\n```python\nTAG = '</think>'\n```\nNo.\n" + DRAFT + "</think>\n{}",
        "I strip `<think>` now.\n{}",
        "Mind the <think> tags.\n{}",
        "<think/>\n{}",
    ],
)
def test_wrappers_and_mentions_of_marks_do_no_harm(frame: str) -> None:
    assert taken(frame.format(RIGHT)) == GOOD


CODE = (
    "def double(text):\n"
    '    """Drop what stands between <think> and </think>.\n\n'
    "<think>\n[THINK]\n</think>\n"
    '    """\n'
    '    return text.partition("</think>")[2] or "<|channel|>final"\n'
)


@pytest.mark.parametrize(
    "answer",
    [
        f"```python\n{CODE}```\n",
        CODE,
        f"<think>\n{DRAFT}</think>\n```python\n{CODE}```\n",
        f"m.py\n<<<<<<< SEARCH\n{SOURCE}=======\n{CODE}>>>>>>> REPLACE\n",
        "--- a/m.py\n+++ b/m.py\n@@ -1,2 +1,9 @@\n"
        + "".join(f"-{line}\n" for line in SOURCE.splitlines())
        + "".join(f"+{line}\n" for line in CODE.splitlines()),
    ],
)
def test_code_about_marks_stays_code(answer: str) -> None:
    assert taken(answer) == CODE


def test_blocks_between_thinking_and_a_stray_mark_are_refused() -> None:
    with pytest.raises(ReadError, match="closes nothing"):
        taken(f"<think>a</think>\n{DRAFT}\n</think>\n{RIGHT}")
