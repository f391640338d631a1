"""How well the program finds the deepest valley: a quick look first, then several runs with a time limit."""

import concurrent.futures
import importlib.util
import pickle
import subprocess
import sys
import tempfile
import time
import traceback

from curve import LOWEST, height
from openevolve.evaluation_result import EvaluationResult

RUNS = 5


def load(program_path):
    spec = importlib.util.spec_from_file_location("program", program_path)
    program = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(program)
    return program


def with_timeout(function, seconds=5):
    with concurrent.futures.ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(function).result(timeout=seconds)


def closeness(height_found):
    return 1.0 / (1.0 + max(0.0, height_found - LOWEST))


def found_by(run):
    """The height at the point that a run names, whatever it says that it is."""
    x, y, _ = run()
    return height(float(x), float(y))


def alone(program_path):
    """The same in another process, with its answer in a file."""
    script = (
        "import importlib.util, pickle, sys\n"
        "spec = importlib.util.spec_from_file_location('program', sys.argv[1])\n"
        "program = importlib.util.module_from_spec(spec)\n"
        "spec.loader.exec_module(program)\n"
        "with open(sys.argv[2], 'wb') as stream:\n"
        "    pickle.dump(program.run_search(), stream)\n"
    )
    with tempfile.NamedTemporaryFile(suffix=".pickle") as answer:
        command = [sys.executable, "-c", script, program_path, answer.name]
        subprocess.run(command, check=True, timeout=20)
        with open(answer.name, "rb") as stream:
            return pickle.load(stream)


def evaluate_stage1(program_path):
    try:
        program = load(program_path)
        value = with_timeout(lambda: found_by(program.run_search))
        return {"runs_successfully": 1.0, "value_score": closeness(value)}
    except Exception as error:  # noqa: BLE001  # job border: the program may raise anything
        return EvaluationResult(
            metrics={"runs_successfully": 0.0},
            artifacts={"failure": str(error), "traceback": traceback.format_exc()},
        )


def evaluate_stage2(program_path):
    return evaluate(program_path)


def evaluate(program_path):
    try:
        program = load(program_path)
        started = time.time()
        values = [with_timeout(lambda: found_by(program.run_search)) for _ in range(RUNS)]
        seconds = (time.time() - started) / RUNS
        values.append(found_by(lambda: alone(program_path)))
    except Exception as error:  # noqa: BLE001  # job border: the program may raise anything
        return {"combined_score": 0.0, "error": str(error)}
    mean = sum(values) / len(values)
    spread = max(values) - min(values)
    return EvaluationResult(
        metrics={
            "combined_score": closeness(mean),
            "value_score": closeness(min(values)),
            "reliability": 1.0 / (1.0 + spread),
            "seconds": seconds,
            "is_fast": seconds < 1.0,
        },
        artifacts={"heights": " ".join(f"{value:.3f}" for value in values), "note": b"lower is better"},
    )
