"""`make matrix`: the smoke set on every supported Python that is here, and which are not."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

from tests.conftest import bubblewrap_trouble, engine_trouble
from tests.packaging.smoke import Installed, SmokeError, build, install, smoke, write_strangers

ROOT = Path(__file__).parents[2]


def declared() -> list[str]:
    """The versions that pyproject.toml names, such as `3.11`."""
    classifiers = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["classifiers"]
    mark = "Programming Language :: Python :: 3."
    return [
        one.removeprefix("Programming Language :: Python :: ") for one in classifiers if one.startswith(mark)
    ]


def find(version: str) -> str | None:
    """An interpreter of this version: on the path, uv's or pyenv's."""
    uv = str(Path(sys.executable).with_name("uv"))
    found = subprocess.run(
        [uv, "python", "find", "--no-project", "--system", version],
        capture_output=True,
        text=True,
        check=False,
    )
    if found.returncode == 0:
        return found.stdout.strip()
    pyenv = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python"))
    return str(pyenv[-1]) if pyenv else shutil.which(f"python{version}")


def main() -> int:
    troubles = {"docker": engine_trouble(), "bubblewrap": bubblewrap_trouble()}
    sandboxes = tuple(name for name, trouble in troubles.items() if not trouble)
    for name, trouble in troubles.items():
        if trouble:
            print(f"not tested: {name}: {trouble}")
    failed, ran = 0, 0
    with tempfile.TemporaryDirectory(prefix="pygent-matrix-") as place:
        wheel, _ = build(Path(place, "dist"))
        for version in declared():
            python = find(version)
            if python is None:
                print(f"Python {version}: not tested: no such interpreter here")
                continue
            folder = Path(place, version)
            folder.mkdir()
            ran += 1
            try:
                scripts = install(python, wheel, folder / "environment")
                steps = smoke(Installed(scripts, write_strangers(folder / "project")), sandboxes)
                print(f"Python {version}: ok: {', '.join(steps)} ({python})")
            except SmokeError as error:
                failed += 1
                print(f"Python {version}: FAILED: {error}")
    print(f"{ran - failed} passed, {failed} failed")
    return 1 if failed or not ran or not sandboxes else 0


if __name__ == "__main__":
    sys.exit(main())
