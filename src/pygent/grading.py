"""What a target's grader is written with. Its names stay; where they come from may change.

A grader is trusted Python that runs on the host. It draws `Case`s, whose answers are known, or `Problem`s,
whose answers it grades itself; both hold `Call`s, the inputs that a candidate is given. A grade is a mapping
of samples, or `Graded` to say something beside them.
"""

from pygent.benchmarks.suites.problems import Graded, Problem
from pygent.sandbox.api import Call
from pygent.target_modules.spec.cases_file import Case

__all__ = ["Call", "Case", "Graded", "Problem"]
