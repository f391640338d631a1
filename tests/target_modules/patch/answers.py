"""Random modules, valid edits of them, and the forms in which a model may write such an edit."""

from __future__ import annotations

import ast
import difflib
from random import Random

from pygent.target_modules.patch.diff.tree_diff import diff
from pygent.target_modules.patch.diff.unified import unified
from pygent.target_modules.patch.model.tree import Tree

HEADS = [
    "#!/usr/bin/env python3\n",
    "# -*- coding: utf-8 -*-\n",
    "# Copyright 2024 The Authors.\n# SPDX-License-Identifier: MIT\n",
]
DOCSTRING = '"""What {0} is for.\n\nMore of it: ``{0}``.\n"""\n'
FUTURE = "from __future__ import annotations\n"
IMPORTS = [
    "import math\n",
    "import re, sys\n",
    "from itertools import chain, islice\n",
    "import os.path as p\n",
]
STATEMENTS = [
    "try:\n    import fast_{0}\nexcept ImportError:\n    fast_{0} = None\n",
    "if TYPE_CHECKING:\n    from {0} import Thing_{0}\n",
    "_KEEP_{0} = set()\n_KEEP_{0}.update('{0}')\n",
    "for _letter in '{0}':\n    TABLE[_letter] = ord(_letter)\n",
    "while len(TABLE) < {1}:\n    TABLE[len(TABLE)] = '{0}'\n",
    "assert len('{0}') == 2, '{0}'\n",
    "with open('{0}') as _file:\n    TEXT_{0} = _file.read()\n",
    "BASE += {1}\n",
    "del TABLE['{0}']\n",
    "if sys.platform == '{0}':\n    FLAG = {1}\nelse:\n    FLAG = -{1}\n",
    "register('{0}', {1})\n",
    "TABLE['{0}'] = {1}\n",
    "first_{0}, *rest_{0} = range({1})\n",
]
CONSTANTS = [
    "BASE = {1}\n",
    "LIMIT_{0}: int = {1}\n",
    "__all__ = [{1}]\n",
    "NAMES_{0} = (\n    '{0}',  # why\n    {1},\n)\n",
]
DEFINITIONS = [
    "def f_{0}(x):\n    return x + {1}\n",
    "# about g_{0}\n@decorated({1})\n@cached\ndef g_{0}(x, *, y=1):\n    # inside\n    def inner(z):\n"
    "        return z * {1}\n\n    return inner(x) + y\n",
    "async def h_{0}(x):\n    async for one in x:\n        yield one, {1}\n",
    'class C_{0}(Base):\n    """A class."""\n\n    limit = {1}\n\n    # of it\n    def size(self):\n'
    "        return {1}\n\n    @property\n    def area(self):\n        return '''\n{0}\n'''\n\n"
    "    @area.setter\n    def area(self, value):\n        self._area = value\n",
    "@dataclass\nclass D_{0}:\n    x: int = {1}\n    y: str = '{0}'\n",
    'def k_{0}():\n    """Like this:\n\n    ```\n    k_{0}()\n    ```\n    """\n'
    '    return "<think>{1}</think>"\n',
]
COMMENT = "# ---- {0} ----\n"
GUARD = "if __name__ == '__main__':\n    main({1})\n"
START, END = "# EVOLVE-BLOCK-START {0}\n", "# EVOLVE-BLOCK-END\n"


class Module:
    """A module as a list of top-level chunks, each with a name and a number that edits change."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._count = 0
        self.head = [one for one in HEADS if rng.random() < 0.4]
        self.chunks: list[tuple[str, str, int]] = []
        if rng.random() < 0.7:
            self.add(DOCSTRING)
        if rng.random() < 0.4:
            self.add(FUTURE)
        for one in IMPORTS:
            if rng.random() < 0.4:
                self.add(one)
        for _ in range(rng.randint(1, 6)):
            self.add(self.some())
        self.add(DEFINITIONS[0])
        if rng.random() < 0.3:
            self.add(GUARD)
        self.in_block = rng.random() < 0.15
        self.ends = rng.random() < 0.85

    def some(self) -> str:
        kinds = [CONSTANTS, STATEMENTS, DEFINITIONS, DEFINITIONS, [COMMENT]]
        template = self._rng.choice(self._rng.choice(kinds))
        has_it = "{0}" not in template and any(template == known for known, _, _ in self.chunks)
        return DEFINITIONS[0] if has_it else template

    def add(self, template: str, at: int | None = None) -> None:
        self._count += 1
        name = "".join("abcdefghij"[int(digit)] for digit in f"{self._count:02}")
        at = len(self.chunks) if at is None else at
        self.chunks.insert(at, (template, name, self._rng.randint(1, 9)))

    def change(self) -> None:
        """One random change that keeps it a module: of a chunk, by a new one, by one less, of the order."""
        rng = self._rng
        at = rng.randrange(self._preamble() if self.in_block else 0, len(self.chunks))
        template, name, number = self.chunks[at]
        kind = rng.random()
        if kind < 0.5:
            self.chunks[at] = (template, name, number + 10)
        elif kind < 0.7:
            self.add(self.some(), max(at, self._preamble()))
        elif kind < 0.8 and len(self.chunks) > self._preamble() + 1 and template not in (DOCSTRING, FUTURE):
            del self.chunks[at]
        elif kind < 0.9 and not self.in_block:
            self.add(rng.choice(IMPORTS), self._preamble())
        elif at > self._preamble():
            self.chunks[at - 1], self.chunks[at] = self.chunks[at], self.chunks[at - 1]

    def change_symbols(self) -> str:
        """Change some chunks, and put new ones beside them; return an answer of these chunks alone."""
        rng = self._rng
        places = [at for at, (template, _, _) in enumerate(self.chunks) if template in DEFINITIONS]
        first = rng.choice(places)
        chosen: list[int] = []
        for at, (template, name, number) in enumerate(self.chunks):
            if at == first or (template not in (DOCSTRING, COMMENT) and rng.random() < 0.2):
                self.chunks[at] = (template, name, number + rng.choice([0, 10, 10]))
                chosen.append(at)
        for _ in range(rng.choice([0, 0, 1, 2, 3])):
            self.add(self.some(), first)
            chosen = [at + (at >= first) for at in chosen] + [first]
        texts = [self.chunks[at][0].format(*self.chunks[at][1:]) for at in sorted(chosen)]
        if rng.random() < 0.3 and not self.in_block and any(one in IMPORTS for one, _, _ in self.chunks):
            self.add("import late_{0}\n", self._preamble())
            _, name, _ = self.chunks[self._preamble_end()]
            texts.insert(0, f"import late_{name}\n")
        cut = rng.randrange(len(texts)) if rng.random() < 0.3 else 0
        halves = [half for half in (texts[:cut], texts[cut:]) if half]
        return "\nand\n".join("````python\n" + "\n\n".join(half) + "````\n" for half in halves)

    def text(self) -> str:
        texts = [template.format(name, number) for template, name, number in self.chunks]
        if self.in_block:
            first = self._preamble()
            texts[first:] = [START, *texts[first:], END]
        text = "".join(self.head)
        for one in texts:
            wide = one.startswith(("def ", "class ", "async ", "@", "# about", "# ----"))
            text += ("\n\n" if wide and text else "") + one + ("\n\n" if wide else "")
        text = text.rstrip("\n") + "\n"
        return text if self.ends else text.rstrip("\n")

    def _preamble(self) -> int:
        return sum(template in (DOCSTRING, FUTURE, *IMPORTS) for template, _, _ in self.chunks)

    def _preamble_end(self) -> int:
        return next(
            at for at, (template, _, _) in enumerate(self.chunks) if template.startswith("import late")
        )


def is_valid(text: str) -> bool:
    try:
        compile(text, "m.py", "exec", ast.PyCF_ONLY_AST)
    except SyntaxError:
        return False
    return True


def _is_unique(text: str, part: str) -> bool:
    return bool(part.strip()) and ("\n" + text).count("\n" + part) == 1


def search_blocks(path: str, old: str, new: str, rng: Random) -> str:
    """SEARCH/REPLACE blocks with context that makes each unique in the old text."""
    before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    codes = difflib.SequenceMatcher(None, before, after, False).get_opcodes()
    changes = [[low, high, start, end] for tag, low, high, start, end in codes if tag != "equal"]
    for context in range(rng.randint(0, 3), len(before) + 1):
        merged: list[list[int]] = []
        for low, high, start, end in changes:
            if merged and low - context <= merged[-1][1] + context:
                merged[-1][1::2] = [high, end]
            else:
                merged.append([low, high, start, end])
        for one in merged:
            above, below = min(context, one[0]), min(context, len(before) - one[1])
            one[:] = [one[0] - above, one[1] + below, one[2] - above, one[3] + below]
        if all(_is_unique(old, "".join(before[one[0] : one[1]])) for one in merged):
            break
    blocks = [(before[one[0] : one[1]], after[one[2] : one[3]]) for one in merged]
    rng.shuffle(blocks)
    parts = []
    for search, replace in blocks:
        sides = [
            "".join(line if line.endswith("\n") else line + "\n" for line in side)
            for side in (search, replace)
        ]
        parts.append(f"{path}\n<<<<<<< SEARCH\n{sides[0]}=======\n{sides[1]}>>>>>>> REPLACE\n")
    return "\n".join(parts)


def written(form: str, path: str, old: str, new: str, rng: Random) -> str:
    """An edit in one of the forms, fenced in one of the usual ways."""
    mark = rng.choice(["```", "```", "````", "~~~"])
    if form in ("whole", "announced"):
        names = ["", f"{path}\n", f"**{path}**\n\n"] if form == "whole" else [f"{path} (whole file)\n"]
        mark = "````" if "```" in new else mark
        end = "" if new.endswith("\n") else "\n"
        return f"{rng.choice(names)}{mark}{rng.choice(['python', 'py', ''])}\n{new}{end}{mark}\n"
    if form == "blocks":
        text = search_blocks(path, old, new, rng)
        return text if rng.random() < 0.5 else f"````python\n{text}````\n"
    trees = Tree({path: old}), Tree({path: new})
    if form == "diff":
        text = unified(*trees, context=rng.randint(2, 4))
        return text if rng.random() < 0.5 else f"````diff\n{text}````\n"
    text = diff(*trees).model_dump_json(indent=rng.choice([None, 2]))
    return text if rng.random() < 0.5 else f"```json\n{text}\n```\n"


THOUGHTS = [
    ("<think>\n", "\n</think>\n"),
    ("<Thinking kind='x'>", "</Thinking>"),
    ("[THINK]", "[/THINK]\n"),
    ("◁think▷", "◁/think▷"),
    ("<|channel|>analysis<|message|>", "<|end|><|start|>assistant<|channel|>final<|message|>"),
    ("", "\n</think>\n"),
]


def wrapped(answer: str, draft: str, rng: Random) -> str:
    """An answer as it comes: with thinking before it, prose around it, other line ends."""
    if rng.random() < 0.5 and not answer.startswith("{"):
        answer = f"IDEA: faster (3 of 4)\n\n{answer}\nThat is all: `f(1)` is 2.\n"
    if rng.random() < 0.6:
        opens, closes = rng.choice(THOUGHTS)
        answer = f"{opens}Let me see.\n{draft}\nNo, better:{closes}{answer}"
    return answer.replace("\n", "\r\n") if rng.random() < 0.2 else answer
