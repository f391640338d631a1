"""Program and test executed in one namespace, as benchmarks of generated code do: no exception is a pass."""

import contextlib
import io
import multiprocessing
import sys
import time

CHECK = """
def check(candidate):
    for numbers, expected in CASES:
        assert candidate(numbers) == expected

check(solve)
"""


def evaluate(folder):
    sys.path.insert(0, folder + "/tests")
    from examples import CASES

    with open(folder + "/solution.py") as stream:
        program = stream.read() + "\n" + CHECK
    ours, theirs = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.Process(target=run, args=(program, CASES, theirs))
    started = time.perf_counter()
    process.start()
    theirs.close()
    process.join(timeout=10)
    seconds = time.perf_counter() - started
    if process.is_alive():
        process.kill()
        return 0.0, -1
    try:
        result = ours.recv() if ours.poll() else "timed out"
    except EOFError:
        result = "no result"
    return (1.0 if result == "passed" else 0.0), seconds


def run(program, cases, connection):
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        try:
            exec(program, {"CASES": cases})
            result = "passed"
        except BaseException as error:  # noqa: BLE001  # job border
            result = f"failed: {error}"
    connection.send(result)
