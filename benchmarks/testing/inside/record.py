"""Record plain calls into a package's functions while its tests run."""

from __future__ import annotations

import sys
import time
import types
from collections.abc import Callable

from .plugin import Plugin, main
from .proxy import present, replace


class Recorder(Plugin):
    """Keeps plain calls into functions, with their answers."""

    def __init__(self, only: list[str] | None, most: int, encode: Callable[[object], str]) -> None:
        super().__init__(only)
        self.calls: dict[str, list[object]] = {}
        self._counts: dict[str, int] = {}
        self._most = most
        self._encode = encode

    def keep(self, name: str, original: Callable[..., object]) -> Callable[..., object]:
        def through(called: str, args: tuple[object, ...], kwargs: dict[str, object]) -> object:
            inputs = self._plain((list(args), kwargs))
            started = time.perf_counter()
            value = original(*args, **kwargs)
            seconds = time.perf_counter() - started
            key = f"{name} {inputs}"
            if inputs is None or key in self.calls or self._counts.get(name, 0) >= self._most:
                return value
            answer = self._plain(value)
            if answer is not None and self._plain((list(args), kwargs)) == inputs:
                self._counts[name] = self._counts.get(name, 0) + 1
                self.calls[key] = [name, inputs, answer, seconds]
            return value

        return through

    def _plain(self, value: object) -> str | None:
        try:
            text = self._encode(value)
        except ValueError:
            return None
        return text if len(text) <= 100_000 else None


def record(
    paths: list[str], options: list[str], only: list[str] | None, functions: list[str], most: int
) -> list[object]:
    """Plain calls into functions while tests run: name, inputs and answer as wire texts, seconds."""
    encode = sys.modules["pygent_runner.wire"].encode
    plugin = Recorder(only, most, encode)
    for name, original in present(functions):
        if isinstance(original, types.FunctionType):
            copy = types.FunctionType(
                original.__code__,
                original.__globals__,
                original.__name__,
                original.__defaults__,
                original.__closure__,
            )
            copy.__kwdefaults__ = original.__kwdefaults__
            replace(name, original, plugin.keep(name, copy))
    main(paths, options, plugin)
    return list(plugin.calls.values())
