"""What the safety rules look for: modules that only compute, and names that have no place in one."""

from __future__ import annotations

from dataclasses import dataclass

_COMPUTING = """
    __future__ abc array base64 binascii bisect cmath collections colorsys copy dataclasses datetime decimal
    difflib enum fractions functools graphlib hashlib heapq itertools json keyword math numbers operator
    random re statistics string struct textwrap types typing unicodedata zlib
"""
_CALLS = """
    eval exec compile __import__ open input breakpoint globals locals vars __builtins__ __loader__ __spec__
    __build_class__ __annotations__ exit quit help
"""
_ATTRIBUTES = """
    __globals__ __subclasses__ __builtins__ __code__ __closure__ __mro__ __bases__ __base__ __dict__
    __self__ __getattribute__ __reduce__ __reduce_ex__ __import__ __loader__ __spec__ __defaults__
    __kwdefaults__ f_back f_globals f_locals f_builtins f_code gi_frame gi_code cr_frame cr_code ag_frame
    ag_code tb_frame tb_next get_type_hints attrgetter methodcaller FunctionType LambdaType CodeType
    __annotations__ __annotate__ ForwardRef evaluate_forward_ref _eval_type __forward_code__ _create_fn
    _FuncBuilder
"""
COMPUTING, CALLS, ATTRIBUTES = (frozenset(words.split()) for words in (_COMPUTING, _CALLS, _ATTRIBUTES))
BY_NAME = frozenset({"getattr", "setattr", "delattr"})


@dataclass(frozen=True)
class Use:
    """One use: `what` names it, so that the parent's uses and the manifest can allow it.

    `line` counts as in the nodes of its unit.
    """

    rule: str
    what: str
    line: int
    message: str


def use(rule: str, what: str, line: int) -> Use:
    messages = {
        "import": f"imports `{what}`, which this target does not allow",
        "call": f"uses `{what}`, which this target does not allow",
        "attribute": f"reaches for `{what}`, which this target does not allow",
    }
    return Use(rule, what, line, messages[rule])
