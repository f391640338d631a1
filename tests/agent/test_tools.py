"""Each tool does what it says, and says what to do next where it is misused."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from typing import Any

import pytest

from pygent.agent.tool import ToolError, ToolResult
from pygent.agent.toolbox import Toolbox, every
from pygent.agent.work.attempt_state import AttemptState
from tests.agent.conftest import EDITABLE, FAST, FILES, SOURCE, Host

MakeDesk = Callable[..., AttemptState]


def use(desk: AttemptState, name: str, **arguments: Any) -> str:
    return result(desk, name, **arguments).text


def result(desk: AttemptState, name: str, **arguments: Any) -> ToolResult:
    tool = every()[name]
    made = tool.run(tool.read(arguments), desk)
    return made if isinstance(made, ToolResult) else ToolResult(made)


def refused(desk: AttemptState, name: str, **arguments: Any) -> str:
    with pytest.raises(ToolError) as caught:
        use(desk, name, **arguments)
    return str(caught.value)


def test_the_tools_of_the_issue_are_there_and_have_schemas_of_objects() -> None:
    names = "archive edit_symbol evaluate finish profile radon replace search shell view"
    assert set(names.split()) <= set(every())
    for tool in every().values():
        spec = tool.spec
        assert spec.parameters["type"] == "object"
        assert spec.parameters["additionalProperties"] is False
        assert spec.description
        assert '"title": "' not in json.dumps(spec.parameters)


def test_view_numbers_the_lines_that_the_file_has(desk_of: MakeDesk) -> None:
    rows = use(desk_of(), "view", path="pkg/main.py").split("\n")
    assert [row[7:] for row in rows] == SOURCE.removesuffix("\n").split("\n")
    assert [int(row[:5]) for row in rows] == list(range(1, len(rows) + 1))


def test_view_shows_a_symbol_a_range_an_outline_and_the_list_of_files(desk_of: MakeDesk) -> None:
    desk = desk_of()
    assert "return LIMIT" in use(desk, "view", path="pkg/main.py", symbol="Box.size")
    assert "slow" not in use(desk, "view", path="pkg/main.py", symbol="Box.size")
    assert "more lines" not in use(desk, "view", path="pkg/main.py", symbol="slow")
    assert use(desk, "view", path="pkg/main.py", start=3, end=3) == (
        "    3  LIMIT = 3\n[12 more lines; ask for them with start=4]"
    )
    outline = use(desk, "view", path="pkg/main.py", outline=True)
    assert [row.split(":")[0] for row in outline.split("\n")] == ["LIMIT", "slow", "Box", "Box.size"]
    listing = use(desk, "view").split("\n")
    assert [row.split(":")[0] for row in listing] == sorted(FILES)
    assert [row.endswith("(read only)") for row in listing] == [True, False, True]


def test_view_says_what_is_there_instead(desk_of: MakeDesk) -> None:
    desk = desk_of()
    assert "pkg/main.py" in refused(desk, "view", path="main.py")
    assert "outline=true" in refused(desk, "view", path="pkg/main.py", symbol="fast")
    assert "lines" in refused(desk, "view", path="pkg/main.py", start=999)
    assert "end=2 comes before start=3" in refused(desk, "view", path="pkg/main.py", start=3, end=2)


def test_search_finds_every_line_that_matches_and_only_those(desk_of: MakeDesk) -> None:
    found = use(desk_of(), "search", pattern=r"\btotal\b").split("\n")
    wanted = [
        f"{path}:{number}: {row.strip()}"
        for path, text in sorted(FILES.items())
        for number, row in enumerate(text.split("\n"), 1)
        if "total" in row
    ]
    assert found == wanted


def test_search_keeps_to_its_glob_and_explains_a_bad_pattern(desk_of: MakeDesk) -> None:
    desk = desk_of()
    assert "notes.txt" not in use(desk, "search", pattern="total", glob="**/*.py")
    assert "no line matches" in use(desk, "search", pattern="nowhere")
    assert "regular expression" in refused(desk, "search", pattern="(")


def test_edit_symbol_replaces_inserts_deletes_and_imports_and_leaves_the_rest(desk_of: MakeDesk) -> None:
    desk = desk_of()
    where = {"path": "pkg/main.py"}
    use(desk, "edit_symbol", action="replace", symbol="slow", source=FAST, **where)
    use(
        desk,
        "edit_symbol",
        action="insert",
        symbol="size",
        scope="Box",
        source="def n(self): return 1",
        **where,
    )
    use(desk, "edit_symbol", action="import", source="import math", **where)
    use(desk, "edit_symbol", action="delete", symbol="LIMIT", **where)
    text = desk.workspace.tree()["pkg/main.py"]
    assert FAST in text
    assert "    def n(self): return 1\n" in text
    assert "import math\n" in text
    assert "LIMIT = 3" not in text
    assert text.startswith('"""Distances."""\n')
    assert desk.workspace.broken() == ""


@pytest.mark.parametrize(
    ("arguments", "advice"),
    [
        ({"action": "replace", "path": "pkg/main.py", "symbol": "slwo", "source": FAST}, "slwo"),
        ({"action": "replace", "path": "pkg/main.py", "symbol": "slow", "source": "def slow(:"}, "parse"),
        ({"action": "replace", "path": "pkg/main.py", "symbol": "slow"}, "needs `source`"),
        ({"action": "delete", "path": "pkg/main.py"}, "needs `symbol`"),
        (
            {"action": "replace", "path": "pkg/other.py", "symbol": "VALUE", "source": "VALUE = 2"},
            "pkg/main.py",
        ),
    ],
)
def test_an_edit_that_cannot_be_made_changes_nothing_and_says_why(
    desk_of: MakeDesk, arguments: dict[str, str], advice: str
) -> None:
    desk = desk_of()
    assert advice in refused(desk, "edit_symbol", **arguments)
    assert dict(desk.workspace.tree().files) == FILES


def test_replace_takes_text_that_is_there_exactly_once(desk_of: MakeDesk) -> None:
    desk = desk_of()
    said = use(desk, "replace", path="pkg/main.py", search="LIMIT = 3\n", replace="LIMIT = 4\n")
    assert "+LIMIT = 4" in said
    assert desk.workspace.tree()["pkg/main.py"] == SOURCE.replace("LIMIT = 3", "LIMIT = 4")
    assert "unique" in refused(desk, "replace", path="pkg/main.py", search="total", replace="t")
    assert "copy" in refused(desk, "replace", path="pkg/main.py", search="nowhere", replace="t")


def test_replace_makes_a_new_file_only_where_files_may_be_made(desk_of: MakeDesk) -> None:
    desk = desk_of(editable=("pkg/*.py",))
    use(desk, "replace", path="pkg/new.py", replace="x = 1\n")
    assert desk.workspace.result()["pkg/new.py"] == "x = 1\n"
    assert "may not be changed" in refused(desk, "replace", path="new.py", replace="x = 1\n")


def test_replace_with_an_empty_search_writes_an_empty_file_and_says_what_to_do_with_a_full_one(
    desk_of: MakeDesk,
) -> None:
    desk = desk_of(editable=("pkg/*.py",), files={**FILES, "pkg/__init__.py": "\n"})
    use(desk, "replace", path="pkg/__init__.py", replace="x = 1\n")
    assert desk.workspace.result()["pkg/__init__.py"] == "x = 1\n"
    said = refused(desk, "replace", path="pkg/main.py", replace="x = 1\n")
    assert "exists already" in said
    assert "give `search`" in said
    assert desk.workspace.tree()["pkg/main.py"] == SOURCE


def test_the_diff_of_a_great_edit_is_cut_at_its_lines_and_fits_into_one_result(desk_of: MakeDesk) -> None:
    desk = desk_of(limits={"output": 1000}, files={"pkg/main.py": "x = 1\ny = 2\n"})
    text = "".join(f"z_{number} = {number}\n" for number in range(300))
    said = use(desk, "replace", path="pkg/main.py", search="x = 1\n", replace=text)
    assert len(said) <= 1000
    assert "characters left out: lines " in said
    assert {row for row in said.splitlines() if row.startswith("+z_")} < {
        f"+{row}" for row in text.splitlines()
    }


def test_an_edit_of_text_that_breaks_the_file_is_told(desk_of: MakeDesk) -> None:
    desk = desk_of()
    said = use(desk, "replace", path="pkg/main.py", search="def slow(xs):", replace="def slow(xs:")
    assert "does not parse" in said
    assert "fix that first" in refused(desk, "finish", note="done")
    assert "fix that first" in refused(desk, "evaluate")


@pytest.mark.skipif(shutil.which("sh") is None, reason="no shell here")
def test_the_shell_works_on_the_files_and_has_bounds(desk_of: MakeDesk) -> None:
    desk = desk_of(limits={"seconds": 0.5})
    said = use(desk, "shell", command="cat notes.txt; printf 'x = 2\\n' >> pkg/main.py; exit 3")
    assert said == "[FAILED: exit code 3]\ntotal recall\n"
    assert desk.workspace.result()["pkg/main.py"].endswith("x = 2\n")
    stopped = result(desk, "shell", command="echo before; sleep 600")
    assert stopped.text == "[FAILED: stopped after 0.5 s, of 0.5 at most]\nbefore\n"
    assert stopped.doubt


@pytest.mark.skipif(shutil.which("sh") is None, reason="no shell here")
@pytest.mark.parametrize(
    "command",
    [
        "python3 - <<'E'; ls\nassert 1 + 1 == 3\nE",
        "python3 - <<'E'\nassert 1 + 1 == 3\nE\nls",
        "false; ls",
        "(exit 1)\nls",
        "if true; then false; fi; ls",
        "check() { false; ls; }; check",
        "ls nowhere",
        "exit 1",
        "kill -9 $$",
    ],
)
def test_a_command_that_fails_ends_the_list_and_is_told_first(desk_of: MakeDesk, command: str) -> None:
    made = result(desk_of(), "shell", command=command)
    assert made.text.startswith("[FAILED: ")
    assert "notes.txt" not in made.text
    assert (made.valid, made.doubt != "") == (True, True)


@pytest.mark.skipif(shutil.which("sh") is None, reason="no shell here")
@pytest.mark.parametrize("command", ["false || true; ls", "if false; then :; fi; ls", "! false; ls"])
def test_a_command_that_may_fail_does_not_end_the_list(desk_of: MakeDesk, command: str) -> None:
    made = result(desk_of(), "shell", command=command)
    assert made.text.startswith("[exit code 0]\n")
    assert "notes.txt" in made.text
    assert made.doubt == ""


@pytest.mark.skipif(shutil.which("bash") is None, reason="no shell with pipefail here")
def test_a_check_that_fails_is_not_hidden_by_what_it_is_piped_into(desk_of: MakeDesk) -> None:
    made = result(desk_of(), "shell", command="python3 -c 'print(6 * 7); assert False' 2>&1 | head -1; ls")
    assert made.text == "[FAILED: exit code 1]\n42\n"
    cut = result(desk_of(), "shell", command="yes | head -1; ls")
    assert cut.text.startswith("[FAILED: exit code 141: its pipe was closed")


@pytest.mark.skipif(shutil.which("sh") is None, reason="no shell here")
def test_what_python_printed_before_a_time_out_is_shown_and_a_call_may_ask_for_less_time(
    desk_of: MakeDesk,
) -> None:
    endless = "python3 -c 'print(6 * 7)\nwhile True: pass'"
    assert use(desk_of(limits={"seconds": 600}), "shell", command=endless, seconds=3) == (
        "[FAILED: stopped after 3 s, of 600 at most]\n42\n"
    )


def test_a_tools_description_tells_the_limits_of_the_profile(desk_of: MakeDesk) -> None:
    limits = {"seconds": 7, "evaluations": 3, "output": 1234}
    desk = desk_of(limits=limits)
    said = {spec.name: spec.description for spec in Toolbox(every(), desk).specs}
    assert "7 seconds" in said["shell"]
    assert "7 seconds" in said["profile"]
    assert "3 times" in said["evaluate"]
    assert "1,234 characters" in said["view"]
    assert "$" not in "".join(said.values())


@pytest.mark.skipif(shutil.which("sh") is None, reason="no shell here")
def test_a_command_that_cannot_be_run_does_not_end_the_attempt(desk_of: MakeDesk) -> None:
    assert "cannot be run" in refused(desk_of(), "shell", command="echo a\0b")


def test_evaluate_is_asked_for_the_files_as_they_are_and_a_bounded_number_of_times(desk_of: MakeDesk) -> None:
    host = Host(others={"evaluate": {"text": "Score: 2"}})
    desk = desk_of(host, limits={"evaluations": 2})
    use(desk, "edit_symbol", action="replace", path="pkg/main.py", symbol="slow", source=FAST)
    assert use(desk, "evaluate").startswith("Score: 2\n")
    assert host.asked[-1]["files"] == desk.workspace.result()
    assert set(host.asked[-1]["files"]) == set(EDITABLE)
    use(desk, "evaluate")
    assert "2 times" in refused(desk, "evaluate")
    assert len(host.asked) == 2


def test_profile_tells_functions_and_lines_of_the_files_as_they_are(desk_of: MakeDesk) -> None:
    inputs = {"module": "main", "function": "slow", "path": ["pkg"], "inputs": [[[[1, 2, 3] * 500], {}]] * 3}
    said = use(desk_of(Host(others={"inputs": inputs})), "profile", inputs=3)
    assert "slow" in said
    assert "pkg/main.py:9:         total += x" in said


def test_profile_hands_on_why_there_are_no_inputs(desk_of: MakeDesk) -> None:
    host = Host(others={"inputs": {"error": "unknown", "text": "use evaluate instead"}})
    assert "use evaluate instead" in refused(desk_of(host), "profile")


def test_profile_shows_the_error_of_code_that_fails(desk_of: MakeDesk) -> None:
    inputs = {"module": "main", "function": "slow", "path": ["pkg"], "inputs": [[[7], {}]]}
    assert "TypeError" in use(desk_of(Host(others={"inputs": inputs})), "profile")


def test_radon_names_the_most_complex_first(desk_of: MakeDesk) -> None:
    desk = desk_of()
    rows = use(desk, "radon", path="pkg/main.py").split("\n")
    figures = [int(row.split("complexity ")[1].split(" ")[0]) for row in rows[:-1]]
    assert figures == sorted(figures, reverse=True)
    assert "maintainability index" in rows[-1]
    assert "files" in refused(desk, "radon", path="none.py")


def test_archive_passes_questions_on_and_wants_words_to_search_for(desk_of: MakeDesk) -> None:
    host = Host(others={"archive": {"text": "v1: accepted"}})
    desk = desk_of(host)
    assert use(desk, "archive", what="search", query="numpy") == "v1: accepted"
    assert host.asked[-1] == {
        "op": "archive", "what": "search", "query": "numpy", "limit": 5, "page": 1, "chars": 6000
    }  # fmt: skip
    assert "query" in refused(desk, "archive", what="show")


def test_finish_wants_a_change(desk_of: MakeDesk) -> None:
    desk = desk_of()
    assert "change" in refused(desk, "finish", note="all fine")
    assert not desk.finished
    use(desk, "edit_symbol", action="replace", path="pkg/main.py", symbol="slow", source=FAST)
    use(desk, "finish", note="sum is in C")
    assert (desk.finished, desk.note) == (True, "sum is in C")
