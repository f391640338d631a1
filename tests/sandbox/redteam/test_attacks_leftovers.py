"""The wipe's own promises; what programs try to leave behind is in `sandbox/attacks/escapes`."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from pygent.sandbox.runner.clean import Cleaner, wipe


def test_a_wiped_folder_has_its_rights_and_times_back(tmp_path: Path) -> None:
    place = tmp_path / "place"
    place.mkdir(mode=0o700)
    wipe(str(place))
    cleaner = Cleaner([str(place)], whole_filesystems=False)
    (place / "file").write_text("x")
    os.utime(place, ns=(1 << 60, 1 << 60))
    place.chmod(0o1500)
    assert cleaner.clean() == ""
    shown = place.stat()
    assert (stat.S_IMODE(shown.st_mode), shown.st_mtime_ns, list(place.iterdir())) == (0o700, 0, [])
