"""Modules that are reached by other ways than their names, and text that is evaluated."""

from __future__ import annotations

from pathlib import Path

import pytest

from pygent.target_modules.gate.safety_rules import check
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.spec.manifest import Target
from pygent.target_modules.spec.manifest_tables import Manifest

SOURCE = "import math\nimport random\n\n\ndef f(x):\n    return math.floor(x)\n"
MANIFEST = {
    "name": "t",
    "goal": "g",
    "editable": ["*.py"],
    "entry": "m:f",
    "suite": {"kind": "cases", "cases": "c.jsonl"},
    "objectives": [{"metric": "m", "direction": "max"}],
}
TARGET = Target(Path("/nowhere"), Manifest.model_validate(MANIFEST))


def rules(child: str, parent: str = SOURCE) -> list[str]:
    return [one.rule for one in check(TARGET, Tree({"m.py": parent}), Tree({"m.py": child}))]


HANDED = [
    "x = [random][0]._os",
    "x = (random,)[0]._os",
    "x = {'a': random}['a']._os",
    "x = {random: 1}\ny = [*x][0]._os",
    "x = [m._os for m in (random,)]",
    "x = {m._os for m in {random}}",
    "x = next(m._os for m in [random])",
    "def g(m):\n    return m._os\n\n\nx = g(random)",
    "def g(m=random):\n    return m._os",
    "def g(*, m=random):\n    return m._os",
    "def g(*a):\n    return a[0]._os\n\n\nx = g(*[random])",
    "def g(**k):\n    return k['m']._os\n\n\nx = g(m=random)",
    "x = (lambda m=random: m._os)()",
    "x = (lambda m: m._os)(random)",
    "x = (lambda: random)()._os",
    "x = (m := random)._os",
    "def g():\n    if m := random:\n        return m._os",
    "m = random\nx = m._os",
    "m: object = random\nx = m._os",
    "m, n = random, 1\nx = m._os",
    "for m in [random]:\n    x = m._os",
    "class A:\n    m = random\n\n\nx = A.m._os",
    "class A:\n    m = random\n\n    def go(self):\n        return self.m._os",
    "class A:\n    def go(self):\n        self.m = random\n        return self.m._os",
    "class A:\n    import random\n\n\nx = A.random._os",
    "x = (random or math)._os",
    "x = (random if f else math)._os",
    "match random:\n    case m:\n        x = m._os",
    "match random:\n    case object(_os=x):\n        pass",
    "match [random]:\n    case [m]:\n        x = m._os",
    "def g(m):\n    return m._os\n\n\n@g\n@(lambda _: random)\ndef h():\n    pass",
    "def g():\n    return random\n\n\nx = g()._os",
    "def g():\n    yield random\n\n\nx = next(g())._os",
    "try:\n    random.nothing\nexcept AttributeError as e:\n    x = e.obj._os",
    "import functools\nx = functools.reduce(lambda m, _: m._os, [1], random)",
    "x = list(map(lambda m: m._os, [random]))",
    "if f:\n    import statistics as s\n\n\nx = s.random._os",
    "def g():\n    global s\n    import statistics as s\n\n\nx = s.random._os",
    "try:\n    import statistics as s\nexcept ImportError:\n    s = None\n\n\nx = [s][0].random._os",
    "x = getattr(random, '_os')",
    "x = getattr([random][0], '_os')",
    "x = getattr(getattr(random, '_os'), 'system')",
    "def g(m):\n    return getattr(m, '_os')\n\n\nx = g(random)",
    "x = vars(random)['_os']",
    "x = random.__dict__['_os']",
    "x = dict(random.__dict__)['_os']",
    "import operator\nx = operator.attrgetter('_os')(random)",
    "import inspect",
    "x = '{0._os.environ}'.format(random)",
    "x = random._os",
    "import enum\nx = enum.bltns.eval('1')",
    "import enum\nm = [enum]\nx = m[0].bltns",
    "import re\nm = re.enum\nx = m.sys",
    "import re\nx = [re.enum][0].sys",
    "from collections import abc\nx = [abc][0].sys",
    "from json import decoder\nx = decoder.scanner.c_make_scanner, [decoder][0].re.copyreg",
    "import string\nx = string.Formatter().get_field('0._os', [random], {})",
    "from string import Formatter",
    "import string as s\nx = [s][0].Formatter()",
    "import string\nx = getattr(string, 'Formatter')()",
]
EVALUATED = [
    "def g(x: \"__import__('os')\"):\n    pass",
    "def g(x: 'eval(\"1\")') -> int:\n    return x",
    "def g() -> 'open(\"/etc/passwd\")':\n    pass",
    "x: 'exec(\"1\")' = 1",
    "def g(x: 'random._os'):\n    pass",
    "def g(x: 'f.__globals__'):\n    pass",
    "import typing\nx = typing.List['eval(\"1\")']",
    "import typing\nx = typing.ForwardRef('1')",
    "from typing import ForwardRef",
    "import typing\nx = typing.get_type_hints(f)",
    "from typing import get_type_hints as g",
    "import typing\nx = typing.get_args(typing.List[f])[0]._evaluate({}, {}, frozenset())",
    "import typing\nx = typing._eval_type(f, {}, {})",
    "import dataclasses\nx = dataclasses._create_fn('g', ['a=print(1)'], ['pass'])",
    "f.__annotations__['x'] = 'eval(1)'",
    "class A:\n    __annotations__ = {}",
    "x = type('A', (), {'__annotations__': {}})",
]
DISPATCH = "from functools import singledispatch\n\n\n@singledispatch\ndef h(x):\n    return x\n\n\n"
DISPATCHED = [
    "@h.register\ndef _(x: '(print(1), int)[1]'):\n    pass",
    "@h.register\ndef _(x: 'in' + 't'):\n    pass",
    "@h.register\ndef _(x: f'{1}'):\n    pass",
    "@h.register\ndef _(x: str.join('', 'a')):\n    pass",
    "S = 'print(1) or int'\n\n\n@h.register\ndef _(x: S):\n    pass",
    "def g(x: (lambda: 'a')()):\n    pass\n\n\nh.register(g)",
]


@pytest.mark.parametrize("attempt", HANDED + EVALUATED + [DISPATCH + one for one in DISPATCHED])
def test_what_is_reached_by_other_ways_is_found(attempt: str) -> None:
    assert rules(f"{SOURCE}{attempt}\n")


@pytest.mark.parametrize(
    "attempt",
    [
        "os.system('id')",
        "[os][0].system('id')",
        "(m := os).popen('id')",
        "def g(m=os):\n    return m.execv",
        "import functools\nx = functools.partial(os.system, 'id')",
        "x = getattr(os, 'system')",
        "sys.modules['os'].fork()",
        "x = [sys][0].modules['subprocess'].Popen",
    ],
)
def test_a_file_that_imports_the_system_may_still_start_nothing_new(attempt: str) -> None:
    parent = "import os\nimport sys\n\n\ndef f(x):\n    return os.path.join(x, sys.platform)\n"
    assert rules(f"{parent}{attempt}\n", parent) == ["attribute"]
    assert rules(f"{parent}x = os.path.basename(os.sep)\n", parent) == []


@pytest.mark.parametrize(
    "fine",
    [
        "def g(rng=random):\n    return rng.choice([1, 2])",
        "class A:\n    def __init__(self, rng=random):\n        self.queue, self.code = [], rng.random()\n\n"
        "    def go(self):\n        return self.queue, self.code",
        "x = [math.floor, math.ceil][0](1.5)",
        "x = getattr(math, 'floor')(1.5)",
        "x = random.random() + math.pi",
        "import datetime\nx = datetime.datetime.now()\ny = [datetime.datetime]",
        "import bisect\nx = [bisect.bisect]",
        "def g(x: 'list[int]') -> 'A':\n    return x",
        "from typing import Literal\n\n\ndef g(mode: Literal['open', 'exec']):\n    return mode",
        "import typing\nx = typing.Optional['A']",
        "class A:\n    def _evaluate(self):\n        return self._evaluate()",
        "class A:\n    def get_field(self, name):\n        return self.get_field(name)",
        "try:\n    f(1)\nexcept ValueError as e:\n    x = e.args",
        "x = '{0.name} {1.code}'.format(f, f)",
        DISPATCH + "@h.register\ndef _(x: int):\n    return x",
        DISPATCH + "@h.register\ndef _(x: int | None) -> list[int]:\n    return x",
        DISPATCH + "@h.register(list)\ndef _(x):\n    return x",
    ],
)
def test_code_that_only_computes_is_left_alone(fine: str) -> None:
    assert rules(f"{SOURCE}{fine}\n") == []


def test_a_module_that_is_handed_on_makes_old_code_suspect() -> None:
    parent = "import random\n\n\ndef f(mod):\n    return mod._os\n"
    assert rules(f"{parent}x = f(random)\n", parent) == ["attribute"]
    assert rules(f"{parent}x = f(1)\n", parent) == []


LIBRARY = [
    "statistics",
    "bisect",
    "textwrap",
    "fractions",
    "difflib",
    "graphlib",
    "colorsys",
    "shlex",
]


@pytest.mark.parametrize("name", LIBRARY)
def test_the_library_s_own_computing_modules_raise_no_alarm_beyond_their_imports(name: str) -> None:
    import importlib

    source = Path(str(importlib.import_module(name).__file__)).read_text("utf-8")
    main = source.find("\nif __name__ ==")
    told = check(TARGET, Tree({"m.py": ""}), Tree({"m.py": source[:main] if main > 0 else source}))
    assert [str(one) for one in told if one.rule == "attribute"] == []
