"""The notebook of the docs, as a page and executed.

`python -m tests.support.notebook_page` runs it anew and keeps what it shows.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

NOTEBOOK = Path(__file__).parents[2] / "docs" / "tutorial" / "notebook.ipynb"
ANSI = re.compile(r"\x1b\[[0-9;]*m")


def executed(notebook: Path, folder: Path) -> Any:
    """The notebook after a run in `folder`. Raises `CellExecutionError` if a cell fails."""
    import nbformat
    from nbclient import NotebookClient

    found = nbformat.read(notebook, as_version=4)  # type: ignore[no-untyped-call]
    NotebookClient(found, timeout=300, resources={"metadata": {"path": str(folder)}}).execute()
    return found


def page(notebook: Path) -> str:
    """Its cells, each with the text of what it shows."""
    cells = json.loads(notebook.read_text())["cells"]
    return "\n".join(part for cell in cells for part in _parts(cell))


def _parts(cell: Mapping[str, Any]) -> Iterator[str]:
    text = "".join(cell["source"])
    yield f"{text}\n" if cell["cell_type"] == "markdown" else f"```python\n{text}\n```\n"
    if shown := "".join(shown_by(cell)).strip("\n"):
        yield f"```\n{shown}\n```\n"


def shown_by(cell: Mapping[str, Any]) -> Iterator[str]:
    """The outputs of a cell as plain text."""
    for output in cell.get("outputs", ()):
        text = output.get("text") or output.get("data", {}).get("text/plain", "")
        plain = ANSI.sub("", "".join(text)).rstrip("\n")
        yield "\n".join(line.rstrip() for line in plain.splitlines()) + "\n"


def renew() -> None:
    """Run the notebook in an empty folder, and keep what it shows."""
    import nbformat

    with tempfile.TemporaryDirectory(prefix="notebook-") as folder:
        os.environ["COLUMNS"] = "100"
        found = executed(NOTEBOOK, Path(folder))
    for cell in found.cells:
        cell.metadata.pop("execution", None)
    text: str = nbformat.writes(found)  # type: ignore[no-untyped-call]
    NOTEBOOK.write_text(text.replace(f"{folder}/", "") + "\n")


if __name__ == "__main__":
    renew()
