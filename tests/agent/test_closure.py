"""The closed set works alone: copied into a clean folder, beside nothing but its packages."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

import pytest

from pygent.agent import bundle
from pygent.agent.profile import load
from pygent.benchmarks.tasks.agent_program import agent_program
from tests.agent.conftest import Host, edit, finish, say, task

ALLOWED = {"pygent", "jinja2", "libcst", "pydantic", "radon"}


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("closure")
    for path, text in agent_program(bundle.files()).files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return folder


def python(folder: Path, code: str) -> subprocess.Popen[str]:
    """A Python that finds the folder and installed packages, but not our checkout."""
    paths = [str(folder), sysconfig.get_path("purelib"), sysconfig.get_path("platlib")]
    program = f"import sys; sys.path[:0] = {paths!r}; {code}"
    return subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", program],
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_it_holds_code_templates_and_profiles_and_nothing_of_other_rooms() -> None:
    files = bundle.files()
    tops = {path.split("/")[0] for path in files}
    assert tops == {"agent", "prompts", "target_modules"}
    inner = {"/".join(path.split("/")[1:-1][:1]) for path in files if path.startswith("target_modules/")}
    assert inner == {"", "patch"}
    assert {"agent/__main__.py", "agent/profiles/default.toml", "prompts/execute.md.j2"} <= set(files)
    assert list(files) == sorted(files)


def test_it_imports_nothing_but_itself_and_its_packages() -> None:
    known = ALLOWED | set(sys.stdlib_module_names)
    for path, text in bundle.files().items():
        if not path.endswith(".py"):
            continue
        for node in ast.walk(ast.parse(text)):
            found = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and not node.level:
                found = [node.module or ""]
            assert {name.split(".")[0] for name in found} <= known, path


def test_every_module_of_the_copy_can_be_imported_alone(copied: Path) -> None:
    names = [
        "pygent." + path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        for path in bundle.files()
        if path.endswith(".py")
    ]
    code = (
        f"import importlib; found = [importlib.import_module(name) for name in {names!r}]; "
        "print(all((m.__file__ or '').startswith(sys.path[0]) for m in found))"
    )
    out, _ = python(copied, code).communicate(timeout=60)
    assert out.split() == ["True"]


@pytest.mark.parametrize("name", ["direct", "default", "single"])
def test_as_a_process_it_works_on_a_task_line_by_line(copied: Path, name: str) -> None:
    text = "IDEA: s\npkg/main.py\n```python\ndef slow(xs):\n    return sum(xs)\n```\n"
    scripts = {
        "direct": [say("", ("view", {})), say("", edit(), finish())],
        "default": [say("a"), say("b"), say("", edit(), finish()), say("IDEA: s")],
        "single": [say(text)],
    }
    host = Host(scripts[name], {"evaluate": {"text": "Score: 2"}})
    process = python(copied, "from pygent.agent.__main__ import main; main()")
    assert process.stdin is not None
    assert process.stdout is not None
    result: dict[str, Any] = {}
    with process:
        process.stdin.write(json.dumps(task(load(name))) + "\n")
        process.stdin.flush()
        for line in process.stdout:
            said = json.loads(line)
            if "result" in said:
                result = said["result"]
                break
            process.stdin.write(json.dumps(host(said)) + "\n")
            process.stdin.flush()
    assert process.returncode == 0
    assert result["reason"] == ""
    assert "return sum(xs)" in result["files"]["pkg/main.py"]
