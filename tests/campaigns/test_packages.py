"""Packages that no one here wrote, from their source archives: verdicts, planted bugs, speed."""

from __future__ import annotations

import json
import random
import re
import subprocess
import sys
import tarfile
import tokenize
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import pytest

from pygent.target_modules.patch.syntax.outline import outline
from tests.support.cli import pygent
from tests.support.servers.model_server import ModelServer, Script, say
from tests.support.trusting import trusted

PACKAGES = {"toolz": "toolz==1.2.0", "boltons": "boltons==26.2.0"}
BUGS = 2  # in each package, each in another function
EVALUATIONS = 150  # to repair one
SEED = 1
LEAST_REPAIRED = 1  # in each package; how many it is, is printed

_OTHER = {
    "<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "==", "+": "-", "-": "+", "*": "+",
    "//": "*", "+=": "-=", "-=": "+=", "and": "or", "or": "and", "True": "False", "False": "True",
    "0": "1", "1": "2", "2": "1", "is": "is not", "in": "not in", "if": "if not", "while": "while not",
}  # fmt: skip


@dataclass(frozen=True)
class Bug:
    file: str
    function: str
    line: int
    before: str
    after: str
    text: str


@pytest.fixture(scope="module", params=sorted(PACKAGES))
def repository(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp(request.param)
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:"]
    command += ["--dest", str(folder), PACKAGES[request.param]]
    subprocess.run(command, check=True, capture_output=True)
    (archive,) = folder.glob("*.tar.gz")
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    (found,) = (path for path in folder.iterdir() if path.is_dir())
    return found


def host_verdicts(repository: Path, tests: list[str]) -> dict[str, str]:
    """How each test ends in plain pytest on this machine, by its id."""
    report = repository.parent / "report.xml"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-o", "junit_family=xunit1"]
    subprocess.run(
        [*command, f"--junitxml={report}", "--rootdir=.", *tests],
        cwd=repository,
        capture_output=True,
        check=False,
    )
    found: dict[str, str] = {}
    for case in ElementTree.parse(report).iter("testcase"):
        classes = case.get("classname", "").removeprefix(case.get("file", "")[:-3].replace("/", "."))
        name = "::".join(
            [case.get("file", ""), *[part for part in classes.split(".") if part], case.get("name", "")]
        )
        tags = {child.tag for child in case}
        verdict = "failed" if tags & {"failure", "error"} else "skipped" if "skipped" in tags else "passed"
        found[name] = verdict
    return found


def init(repository: Path, out: Path, *more: str) -> dict[str, object]:
    done = pygent("targets", "init", "--repo", repository, "--out", out, "--json", *more)
    assert done.code == 0, done.err
    told: dict[str, object] = done.json
    return told


def modules_of(repository: Path) -> list[str]:
    package = repository / repository.name.partition("-")[0]
    return sorted(path.relative_to(repository).as_posix() for path in package.glob("[!_]*.py"))


def draw_bugs(repository: Path, rng: random.Random, count: int) -> list[Bug]:
    """One-token bugs in functions drawn at random, each of which some test of the package notices."""
    functions = [(file, name) for file in modules_of(repository) for name in functions_of(repository / file)]
    rng.shuffle(functions)
    bugs: list[Bug] = []
    for file, name in functions:
        text = (repository / file).read_text()
        bug = plant(text, file, name, rng)
        if bug is not None and noticed(repository, bug):
            bugs.append(bug)
            if len(bugs) == count:
                break
    return bugs


def functions_of(path: Path) -> list[str]:
    symbols = outline(path.read_text()).by_name
    return [
        name for name, one in symbols.items() if type(one.node).__name__ == "FunctionDef" and "." not in name
    ]


def plant(text: str, file: str, function: str, rng: random.Random) -> Bug | None:
    node = outline(text).by_name[function].node
    first = node.body[1] if ast_doc(node) else node.body[0]  # type: ignore[attr-defined]
    start, end = first.lineno, node.end_lineno or first.lineno
    shift = outline(text).by_name[function].shift
    tokens = [
        token
        for token in tokenize.generate_tokens(StringIO(text).readline)
        if start + shift <= token.start[0] <= end + shift and token.string in _OTHER
    ]
    if not tokens:
        return None
    token = rng.choice(tokens)
    lines = text.splitlines(keepends=True)
    line, column = token.start
    old = lines[line - 1]
    lines[line - 1] = old[:column] + _OTHER[token.string] + old[column + len(token.string) :]
    changed = "".join(lines)
    try:
        compile(changed, file, "exec")
    except SyntaxError:
        return None
    return Bug(file, function, line, old.strip(), lines[line - 1].strip(), changed)


def ast_doc(node: object) -> bool:
    import ast

    assert isinstance(node, ast.FunctionDef)
    return ast.get_docstring(node) is not None and len(node.body) > 1


def noticed(repository: Path, bug: Bug) -> bool:
    """Whether plain pytest fails with the bug, in a minute."""
    path = repository / bug.file
    right = path.read_text()
    path.write_text(bug.text)
    try:
        command = [sys.executable, "-B", "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider"]
        done = subprocess.run(command, cwd=repository, capture_output=True, timeout=60, check=False)
    except subprocess.TimeoutExpired:
        return False
    finally:
        path.write_text(right)
    return done.returncode == 1


@pytest.mark.campaign
@pytest.mark.engine
def test_every_test_ends_in_the_sandbox_as_it_does_outside(
    repository: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = init(repository, tmp_path / "target", "--editable", modules_of(repository)[-1])
    inventory = json.loads((tmp_path / "target" / "tests.json").read_text())
    inside = {test["id"]: test["verdict"] for test in inventory["tests"]}
    tests = sorted({name.partition("::")[0] for name in inside})
    outside = host_verdicts(repository, tests)
    assert len(outside) > 100
    assert inside == outside
    (counts,) = (note for note in told["notes"] if re.match(r"\d+ tests: \d+ sealed", note))  # type: ignore[attr-defined]
    with capsys.disabled():
        print(f"\n{repository.name}: {counts}")


@pytest.mark.campaign
@pytest.mark.bubblewrap
def test_planted_bugs_are_found_and_repaired_and_nothing_else_is_touched(
    repository: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bugs = draw_bugs(repository, random.Random(SEED), BUGS)
    assert len(bugs) == BUGS
    repaired = 0
    for number, bug in enumerate(bugs):
        path = repository / bug.file
        right = path.read_text()
        path.write_text(bug.text)
        try:
            found = repair(repository, tmp_path / str(number), bug)
        finally:
            path.write_text(right)
        repaired += found is not None
        with capsys.disabled():
            how = f"repaired after {found} evaluations" if found is not None else "not repaired"
            print(f"\n{bug.file}:{bug.line} {bug.function}: {bug.before} -> {bug.after}: {how}", end="")
    with capsys.disabled():
        print(f"\n{repository.name}: {repaired} of {BUGS} repaired within {EVALUATIONS} evaluations each")
    assert repaired >= LEAST_REPAIRED


def repair(repository: Path, folder: Path, bug: Bug) -> int | None:
    """How many evaluations it took to a champion that passes all tests, None where there was none."""
    folder.mkdir()
    here = ("--sandbox", "bubblewrap")  # whose boxes start three times as fast
    init(repository, folder / "target", "--editable", bug.file, "--trust", "in-process", *here)
    command = [
        "--home",
        folder / "home",
        "evolve",
        folder / "target",
        "--proposer",
        "mutate",
        "--json",
        *here,
    ]
    done = pygent(*command, "--evaluations", EVALUATIONS, "--seed", SEED, "--until", 1)
    assert done.code == 0, done.err
    summary = done.json
    if not summary["champion"] or summary["best"]["score"] != 1.0:
        return None
    symbol = outline(bug.text).by_name[bug.function]
    within = range(symbol.start + 1, symbol.end + 1)
    assert changed_lines(summary["diff"], bug.file) <= set(within), summary["diff"]
    return int(summary["evaluations"])


def changed_lines(diff: str, file: str) -> set[int]:
    """Numbers of the old file's lines that a unified diff takes away or adds beside."""
    lines: set[int] = set()
    here, number = "", 0
    for line in diff.splitlines():
        if line.startswith("--- "):
            here = line[4:].removeprefix("a/")
        elif match := re.match(r"@@ -(\d+)", line):
            number = int(match[1])
        elif line.startswith("-"):
            assert here == file, f"{here} was touched"
            lines.add(number)
            number += 1
        elif line.startswith("+") and not line.startswith("+++"):
            lines.add(max(number - 1, 1))
        elif line.startswith(" "):
            number += 1
    return lines


SLOW = "    for x in sorted(int_list):"
FASTER = "    for x in sorted(set(int_list)):"  # repeated values are passed over anyway
WRONG = "    for x in set(int_list):"


def answer(text: str) -> Script:
    block = f"<<<<<<< SEARCH\n{SLOW}\n=======\n{text}\n>>>>>>> REPLACE"
    return say(f"IDEA: look at each value once\n\nboltons/strutils.py\n```python\n{block}\n```")


@pytest.mark.campaign
@pytest.mark.timed
@pytest.mark.engine
@pytest.mark.parametrize("repository", ["boltons"], indirect=True)
def test_a_function_is_made_faster_from_cases_recorded_of_its_tests(
    repository: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The model's answers are planned: one is wrong, one is faster. What decides is measured."""
    target = tmp_path / "target"
    init(repository, target, "--editable", "boltons/strutils.py:format_int_list", "--record")
    with ModelServer([answer(WRONG), answer(FASTER)]) as server:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        command = ["evolve", target, "--model", "scripted", "--evaluations", 2, "--window", 1, "--json"]
        prices = tmp_path / "pygent.toml"
        prices.write_text("[prices.scripted]\ninput = 1.0\noutput = 1.0\n")
        trusted(prices)
        done = pygent(*command, "--config", prices, home=tmp_path / "home")
    assert done.code == 0, done.err
    summary = done.json
    best = summary["best"]
    with capsys.disabled():
        print(f"\nformat_int_list, by recorded cases: {best and best['metrics']}")
    assert summary["failed"]["failed"] == 1
    assert summary["champion"]
    assert best["held_out"]["mean"] > 1
    assert best["trust"] == "sealed"
