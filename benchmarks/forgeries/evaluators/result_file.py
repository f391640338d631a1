"""In process, with a result file: as before, but the score is written where only the evaluator looks."""

import json
import os
import subprocess
import sys
import tempfile
import time

REPEATS = 20


def evaluate(folder):
    path = os.path.join(tempfile.mkdtemp(), "result.json")
    done = subprocess.run(
        [sys.executable, __file__, folder, path], cwd=folder, capture_output=True, timeout=10
    )
    if done.returncode != 0 or not os.path.exists(path):
        return 0.0, -1
    with open(path) as stream:
        result = json.load(stream)
    return result["score"], result["seconds"]


def main(folder, path):
    sys.path[:0] = [folder, folder + "/tests"]
    from examples import CASES
    from solution import solve

    passed, seconds = 0, 0.0
    for numbers, expected in CASES:
        try:
            started = time.perf_counter()
            for _ in range(REPEATS):
                answer = solve(numbers)
            seconds += (time.perf_counter() - started) / REPEATS
            passed += bool(answer == expected)
        except Exception as error:  # noqa: BLE001  # job border
            print("failed:", error)
    with open(path, "w") as stream:
        json.dump({"score": passed / len(CASES), "seconds": seconds}, stream)


if __name__ == "__main__":
    main(*sys.argv[1:])
