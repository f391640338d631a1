"""Where each node's text begins and ends, found while libcst prints the module."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import libcst as cst
from libcst._nodes.internal import CodegenState


class Spans(CodegenState):
    """Prints a module and notes where each node's text begins and ends, in one pass."""

    def __init__(self, indent: str, newline: str) -> None:
        super().__init__(indent, newline)
        self.position = 0
        self.stack: list[int] = []
        self.spans: dict[int, tuple[int, int]] = {}
        self.cores: dict[int, tuple[int, int]] = {}

    def add_indent_tokens(self) -> None:
        self.tokens.extend(self.indent_tokens)
        self.position += sum(map(len, self.indent_tokens))

    def add_token(self, value: str) -> None:
        self.tokens.append(value)
        self.position += len(value)

    def before_codegen(self, node: cst.CSTNode) -> None:
        self.stack.append(self.position)

    def after_codegen(self, node: cst.CSTNode) -> None:
        self.spans[id(node)] = (self.stack.pop(), self.position)

    @contextmanager
    def record_syntactic_position(
        self, node: cst.CSTNode, *, start_node: cst.CSTNode | None = None, end_node: cst.CSTNode | None = None
    ) -> Iterator[None]:
        start = self.position
        yield
        end = self.spans[id(end_node)][1] if end_node is not None else self.position
        self.cores[id(node)] = (self.spans[id(start_node)][0] if start_node is not None else start, end)
