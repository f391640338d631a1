"""The canary of the one private part of a library that we use: libcst's printing, which gives the spans.

It must agree with libcst's public, slower way to positions. If a new libcst breaks it, this fails first.
"""

from __future__ import annotations

import libcst as cst
from libcst.metadata import ByteSpanPositionProvider, MetadataWrapper

from pygent.evolution.proposers.mutate.source_spans import Spans

SOURCE = '''\
"""Doc."""
from a import (b,  # why
               c)


class D(Base):
    x: int = 1

    @property
    def f(self, *args, y=[n for n in range(3) if n], **kw) -> str:
        with open("p") as file, other:  # comment
            return f"{y!r}" if self.x else (not kw)


async def g():
    async for i in h(): await i
    else:
        del x[1:2], z
'''


def test_spans_are_those_that_libcst_itself_finds() -> None:
    wrapper = MetadataWrapper(cst.parse_module(SOURCE))
    public = wrapper.resolve(ByteSpanPositionProvider)
    state = Spans(wrapper.module.default_indent, wrapper.module.default_newline)
    wrapper.module._codegen(state)
    assert "".join(state.tokens) == SOURCE
    compared = 0
    for node, span in public.items():
        if isinstance(node, cst.BaseExpression) and id(node) in state.cores:
            assert state.cores[id(node)] == (span.start, span.start + span.length), type(node)
            compared += 1
    assert compared > 40
