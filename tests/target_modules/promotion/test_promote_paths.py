"""What is applied stays among the source files, whatever paths a tree holds."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.promotion.source_writer import PromotionError, apply, copy_to

BEFORE = Tree({"a.py": "x = 1\n"})
OUTSIDE = [
    "../escaped.py",
    "deep/../../escaped.py",
    ".git/hooks/post-commit",
    "sub/.GIT/config",
    "link/x.py",
    "",
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "source"
    made.mkdir()
    (made / "a.py").write_text("x = 1\n")
    (tmp_path / "elsewhere").mkdir()
    (made / "link").symlink_to(tmp_path / "elsewhere")
    subprocess.run(["git", "init", "-q", str(made)], check=True)
    return made


@pytest.mark.parametrize("path", [*OUTSIDE, "/tmp/pygent-escaped.py"])
def test_a_path_that_leads_out_is_refused_before_anything_is_written(
    path: str, folder: Path, tmp_path: Path
) -> None:
    def files() -> list[Path]:
        return sorted(found for found in tmp_path.rglob("*") if found.is_file())

    before = files()
    with pytest.raises(PromotionError, match="is not among the source files"):
        apply(tmp_path / "home", "v1", folder, BEFORE, BEFORE.with_file(path, "y = 2\n"), message="m")
    assert files() == before


@pytest.mark.parametrize("path", ["../escaped.py", ".git/config"])
def test_a_copy_keeps_to_its_folder(path: str, tmp_path: Path) -> None:
    with pytest.raises(PromotionError, match="is not among the source files"):
        copy_to(tmp_path / "copy", BEFORE.with_file(path, "y = 2\n"))
    assert not (tmp_path / "escaped.py").exists()
