"""Packages that are not installed beside us: installed once, from wheels that these tests write."""

from __future__ import annotations

import base64
import hashlib
import os
import subprocess
import sys
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from pygent.sandbox.api import BoxSpec, Call, Isolation, Program, Sandbox, SandboxUnavailableError
from pygent.sandbox.images import installer, rootfs

ENTRY = "[pytest11]\npg-one = pg_one\n"


def wheel(folder: Path, name: str, files: Mapping[str, str], requires: Sequence[str] = ()) -> None:
    info = f"{name}-1.0.dist-info"
    head = f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\nProvides-Extra: more\n"
    lines = "".join(f"Requires-Dist: {one}\n" for one in requires)
    about = "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    inside = {**files, f"{info}/METADATA": head + lines, f"{info}/WHEEL": about}
    rows = []
    for path, text in inside.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
        rows.append(f"{path},sha256={digest},{len(text)}\n")
    inside[f"{info}/RECORD"] = "".join([*rows, f"{info}/RECORD,,\n"])
    with zipfile.ZipFile(folder / f"{name}-1.0-py3-none-any.whl", "w") as archive:
        for path, text in inside.items():
            archive.writestr(path, text)


@pytest.fixture
def wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only place that packages can come from, and an empty cache."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    files = {"pg_one/__init__.py": "", "pg_one/data.txt": "x", "pg_one-1.0.dist-info/entry_points.txt": ENTRY}
    wheel(folder, "pg_one", files, ["pg_inner", "pg_more; extra == 'more'"])
    wheel(folder, "pg_inner", {"pg_inner.py": "x = 1\n"})
    wheel(folder, "pg_more", {"pg_more.py": "x = 1\n"})
    wheel(folder, "pg_top", {"pg_top.py": ""}, ["pg_one[more]"])
    wheel(folder, "pg_stubs", {"pg_one-stubs/__init__.pyi": ""})
    for name in ("PIP", "UV"):
        monkeypatch.setenv(f"{name}_NO_INDEX", "1")
        monkeypatch.setenv(f"{name}_FIND_LINKS", str(folder))
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("UV_NO_CONFIG", "1")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return folder


def brought(*packages: str) -> set[str]:
    files = rootfs.plan(packages).files
    return {name.split("site-packages/")[1] for name in files if "site-packages/" in name}


def test_a_package_comes_with_what_it_requires_its_data_and_its_metadata(wheels: Path) -> None:
    info = "pg_one-1.0.dist-info"
    wanted = {"pg_one/__init__.py", "pg_one/data.txt", "pg_inner.py"}
    assert wanted | {f"{info}/METADATA", f"{info}/entry_points.txt"} <= brought("pg_one")


@pytest.mark.parametrize("packages", [("pg_one[more]",), ("pg_one", "pg_top")])
def test_extras_are_brought_whoever_asks_for_them(wheels: Path, packages: tuple[str, ...]) -> None:
    assert "pg_more.py" in brought(*packages)


def test_a_package_without_any_code_is_no_trouble(wheels: Path) -> None:
    assert "pg_one-stubs/__init__.pyi" in brought("pg_stubs")


def test_what_was_installed_once_needs_no_index_again(wheels: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = rootfs.plan(("pg_one", "pg_stubs")).digest
    monkeypatch.setenv("PIP_FIND_LINKS", "")
    assert rootfs.plan(("pg_stubs", "pg_one")).digest == before


def test_the_digest_tells_content_and_not_the_time_of_installing(
    wheels: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    digests = []
    for number, text in enumerate(("x = 1\n", "x = 1\n", "x = 2\n")):
        wheel(wheels, "pg_inner", {"pg_inner.py": text})
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / f"cache{number}"))
        digests.append(rootfs.plan(("pg_one",)).digest)
    assert digests[0] == digests[1] != digests[2]


def test_what_cannot_be_had_is_told_in_one_line_and_leaves_nothing(wheels: Path, tmp_path: Path) -> None:
    with pytest.raises(
        SandboxUnavailableError, match=r"pip cannot install pg-none: .*No matching dist"
    ) as raised:
        rootfs.plan(("pg-none",))
    assert "\n" not in str(raised.value)
    assert [one for one in (tmp_path / "cache/pygent/packages").iterdir() if one.is_dir()] == []


def test_a_cache_that_cannot_be_written_is_told_with_the_remedy(
    wheels: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    with pytest.raises(SandboxUnavailableError, match="XDG_CACHE_HOME"):
        rootfs.plan(("pg_one",))


def test_nobody_else_may_write_to_the_cache(wheels: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache" / "pygent" / "packages"
    cache.mkdir(parents=True)
    cache.chmod(0o777)
    brought("pg_one")
    assert cache.stat().st_mode & 0o077 == 0


def test_files_of_the_current_folder_do_not_stand_in_for_pips(
    wheels: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("pip", "logging"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('shadowed')\n")
    monkeypatch.chdir(tmp_path)
    assert "pg_inner.py" in brought("pg_one")


def test_where_we_have_no_pip_the_one_that_python_brings_is_taken(
    wheels: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert "pg_inner.py" in brought("pg_one")


def test_where_there_is_no_pip_at_all_uv_is_taken(
    wheels: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    monkeypatch.setattr(installer, "_bundled", lambda: tmp_path / "none")
    assert {"pg_inner.py", "pg_one-1.0.dist-info/METADATA"} <= brought("pg_one")


def test_two_processes_at_once_install_once(wheels: Path, tmp_path: Path) -> None:
    code = "from pygent.sandbox.images import host_packages; print(host_packages.find(('pg_one',))[1])"
    both = [subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) for _ in range(2)]
    places = {one.communicate(timeout=60)[0] for one in both}
    assert [one.returncode for one in both] == [0, 0]
    assert len(places) == 1
    assert len(list((tmp_path / "cache/pygent/packages").glob("*/pg_inner.py"))) == 1


@pytest.mark.parametrize("package", ["radon", "httpx[http2]", "pg-none; python_version < '3'"])
def test_what_is_here_is_not_installed_again(wheels: Path, tmp_path: Path, package: str) -> None:
    rootfs.plan((package,))
    assert not (tmp_path / "cache").exists()


@pytest.mark.engine
def test_packages_of_the_cache_work_in_the_box(wheels: Path, docker_sandbox: Sandbox) -> None:
    source = (
        "import pg_one, pg_inner\nfrom importlib.metadata import entry_points, version\n"
        "def f(): return [version('pg-one'), [one.name for one in entry_points(group='pytest11')]]\n"
    )
    with docker_sandbox.box(BoxSpec(packages=("pg_one",)), Isolation.PROCESS) as box:
        assert box.run(Program({"m.py": source}, "m:f"), [Call()]).last.value == ["1.0", ["pg-one"]]
