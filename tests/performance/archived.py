"""Fills a run up to COUNT variants: `python archived.py HOME RUN COUNT`, by the interpreter that is measured.

Each is added through the archive, one by one, with the evaluation of a variant that the run made, a source
that no other has, and a parent among the earlier ones.
"""

from __future__ import annotations

import random
import sys
import time
from dataclasses import replace
from pathlib import Path

from pygent.archive.blobs.blob_store import tree_address
from pygent.archive.store import ArchiveStore


def add(home: Path, run: str, count: int) -> None:
    rng = random.Random(1)
    with ArchiveStore.open(home) as archive:
        known = list(archive.variants.attempts(run))
        valid = [one for one in known if one.status == "valid"]
        like, ids = valid[-1], [one.id for one in valid]
        records = archive.variants.records(like.id, "evaluation")
        ((path, text),) = archive.variants.files(str(like.tree)).items()
        for attempt in range(len(known), count):
            parent = rng.choice(ids[-1000:])
            files = {path: text.replace("return ", f"return {rng.getrandbits(60)} * 0 + ", 1)}
            variant = replace(
                like,
                id=f"{rng.getrandbits(48):012x}",
                attempt=attempt,
                parents=(parent,),
                tree=tree_address({path: text.encode() for path, text in files.items()}).hex(),
                generation=like.generation + attempt // 100,
                created=time.time(),
            )
            archive.variants.add(variant, files, records)
            ids.append(variant.id)


if __name__ == "__main__":
    add(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
