"""What of a folder has to be trusted: the list is whole, and trust is for one content in one place."""

from __future__ import annotations

import py_compile
import sys
from pathlib import Path

import pytest

from pygent.benchmarks.suites.grader import Grader
from pygent.evolution.settings.config import RunConfig
from pygent.target_modules.spec.manifest import Target, load
from pygent.target_modules.spec.manifest_tables import Manifest
from pygent.target_modules.trust import trust_store
from pygent.target_modules.trust.exhibit import Exhibit, UntrustedError, forget, listed, remember, require
from pygent.target_modules.trust.keys import harms
from pygent.target_modules.trust.target_exhibits import as_written, of_target
from pygent.target_modules.trust.trust_store import StateError
from tests.support.docs import keys_of

MANIFEST = """\
name = "graded"
goal = "a goal"
editable = ["module.py"]
entry = "module:f"
suite = { kind = "objective", grader = "grader.py" }
objectives = [{ metric = "near", direction = "max" }]
"""
GRADER = "def problems(seed, split, count): return []\ndef grade(problem, answers): return {}\n"


@pytest.fixture
def graded(tmp_path: Path) -> Path:
    root = tmp_path / "graded"
    (root / "src").mkdir(parents=True)
    (root / "src" / "module.py").write_text("def f():\n    return 1\n")
    (root / "grader.py").write_text(GRADER)
    (root / "target.toml").write_text(MANIFEST)
    return root


def test_every_setting_is_on_the_list_of_what_runs_or_loosens_something() -> None:
    assert set(harms("settings")) == set(RunConfig.model_fields)


def test_every_key_of_a_manifest_is_on_the_list() -> None:
    listed_whole = {"objectives", "thresholds", "distribution", "suite.stages"}
    keys = {key for key in keys_of(Manifest) if not any(key.startswith(f"{one}.") for one in listed_whole)}
    assert keys | listed_whole == set(harms("target"))


def test_trust_is_for_one_content_in_one_place(tmp_path: Path) -> None:
    first = Exhibit(tmp_path / "a", ("runs something",), {"text": b"one"})
    remember(first)
    require(first)
    for other in (
        Exhibit(tmp_path / "a", first.rows, {"text": b"two"}),
        Exhibit(tmp_path / "b", first.rows, {"text": b"one"}),
        Exhibit(tmp_path / "a", first.rows, {"text": b"one", "more": b""}),
    ):
        with pytest.raises(UntrustedError, match=r"pygent trust .*/[ab]`"):
            require(first, other)
    assert tmp_path / "a" in listed()
    assert forget(tmp_path) == [tmp_path / "a"]
    assert not first.is_trusted


def test_trust_is_never_kept_in_the_folder_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", "state")
    assert trust_store.folder() == Path.home() / ".local/state/pygent/trust"


def test_where_nothing_can_be_kept_it_is_said_and_nothing_is_trusted(
    graded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    with pytest.raises(StateError, match="set XDG_STATE_HOME to another folder"):
        remember(*of_target(load(graded)))
    as_written(load(graded))
    assert "set XDG_STATE_HOME to another folder" in caplog.text
    with pytest.raises(UntrustedError):
        Grader(load(graded), ())
    assert listed() == []


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("grader.py", "return []", "return [1]"),
        ("target.toml", 'goal = "a goal"', 'goal = "a goal"\npackages = ["numpy"]'),
        ("helper.py", "", "VALUE = 1\n"),
    ],
    ids=["grader", "manifest", "module beside it"],
)
def test_a_grader_runs_only_as_it_was_trusted(graded: Path, file: str, old: str, new: str) -> None:
    with pytest.raises(UntrustedError, match=r"suite\.grader = .*grader\.py.*pygent trust"):
        Grader(load(graded), ())
    remember(*of_target(load(graded)))
    Grader(load(graded), ())
    changed = graded / file
    changed.write_text((changed.read_text() if changed.exists() else "").replace(old, new))
    with pytest.raises(UntrustedError):
        Grader(load(graded), ())


def test_words_for_the_model_and_counts_are_changed_without_being_asked(graded: Path) -> None:
    remember(*of_target(load(graded)))
    text = (graded / "target.toml").read_text()
    (graded / "target.toml").write_text(
        text.replace("a goal", "another").replace('.py" }', '.py", count = 3 }')
    )
    (graded / "src" / "module.py").write_text("def f():\n    return 2\n")
    Grader(load(graded), ())


def test_what_is_cached_of_a_grader_is_not_run(graded: Path, tmp_path: Path) -> None:
    hostile = tmp_path / "hostile.py"
    hostile.write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n{GRADER}")
    cached = Path(f"{graded}/__pycache__/grader.cpython-{_version()}.pyc")
    py_compile.compile(
        str(hostile), str(cached), invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH
    )
    remember(*of_target(load(graded)))
    Grader(load(graded), ())
    assert not (tmp_path / "ran").exists()


def _version() -> str:
    return f"{sys.version_info.major}{sys.version_info.minor}"


@pytest.mark.parametrize(
    ("more", "asked"),
    [
        ("limits = { memory_mb = 64, pids = 4 }", False),
        ("limits = { memory_mb = 4096 }", True),
        ("limits = { loopback = true }", True),
        ('safety = { imports = ["os"] }', True),
        ('judges = [{ name = "tidy", rubric = "Is it?" }]', False),
        ('judges = [{ name = "tidy", rubric = "Is it?" }, { name = "a", rubric = "b", model = "m" }]', True),
        ('trust = "in-process"', True),
        ('packages = ["numpy"]', True),
        ('source = "src"', False),
        ('source = "../.."', True),
    ],
)
def test_keys_that_loosen_count_by_their_values(tmp_path: Path, more: str, asked: bool) -> None:
    root = tmp_path / "deep" / "target"
    (root / "src").mkdir(parents=True)
    (root / "cases.jsonl").write_text("")
    plain = MANIFEST.replace('"objective", grader = "grader.py"', '"cases", cases = "cases.jsonl"')
    (root / "target.toml").write_text(f"{more}\n{plain}")
    assert bool(of_target(load(root))) is asked


def test_a_repositorys_own_source_is_no_other_place(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    root = tmp_path / "tools" / "targets" / "one"
    root.mkdir(parents=True)
    (root / "cases.jsonl").write_text("")
    plain = MANIFEST.replace('"objective", grader = "grader.py"', '"cases", cases = "cases.jsonl"')
    (root / "target.toml").write_text(f'source = "../../.."\n{plain}')
    assert of_target(load(root)) == []
    (root / "target.toml").write_text(f'source = "../../../.."\n{plain}')
    assert len(of_target(load(root))) == 1


def test_a_link_to_another_place_is_another_place(tmp_path: Path, graded: Path) -> None:
    remember(*of_target(load(graded)))
    (tmp_path / "link").symlink_to(graded)
    Grader(load(tmp_path / "link"), ())
    elsewhere = tmp_path / "elsewhere.py"
    elsewhere.write_text(GRADER + "# other\n")
    (graded / "grader.py").unlink()
    (graded / "grader.py").symlink_to(elsewhere)
    with pytest.raises(UntrustedError):
        Grader(load(graded), ())


def test_bundled_targets_are_ours() -> None:
    from pygent.target_modules.spec.target_registry import BUNDLED, bundled, find_target

    found: list[Target] = [*bundled(), find_target(str(BUNDLED / "text_distance" / "target.toml"))]
    assert [one for target in found for one in of_target(target)] == []


def test_modules_below_a_grader_are_trusted_with_it_and_shown(graded: Path) -> None:
    """A grader may put its own folder on the path; then what lies there is its code as well."""
    (graded / "grader.py").write_text(importing(graded, "inner_of_graded.deep"))
    (graded / "inner_of_graded").mkdir()
    inner = graded / "inner_of_graded" / "deep.py"
    inner.write_text("")
    remember(*of_target(load(graded)))
    assert "suite.grader may import inner_of_graded/deep.py" in listed_rows(graded)
    Grader(load(graded), ())
    inner.write_text("raise SystemExit\n")
    with pytest.raises(UntrustedError):
        Grader(load(graded), ())


def importing(root: Path, module: str) -> str:
    return f"import sys\nsys.path.insert(0, {str(root)!r})\nimport {module}\nsys.path.pop(0)\n{GRADER}"


def listed_rows(root: Path) -> list[str]:
    return [row for exhibit in of_target(load(root)) for row in exhibit.rows]


def test_what_is_cached_of_a_module_beside_a_grader_is_not_run(graded: Path, tmp_path: Path) -> None:
    helper, mark = graded / "helper_of_graded.py", tmp_path / "ran"
    helper.write_text(f"open({str(mark)!r}, 'w').close()\n")
    py_compile.compile(str(helper), invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
    helper.write_text("")
    text = (
        f"import sys\nsys.path.insert(0, {str(graded)!r})\nimport helper_of_graded\nsys.path.pop(0)\n{GRADER}"
    )
    (graded / "grader.py").write_text(text)
    remember(*of_target(load(graded)))
    Grader(load(graded), ())
    assert "helper_of_graded" in sys.modules
    assert not mark.exists()
