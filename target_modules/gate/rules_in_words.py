"""What the safety rules let a patch bring in, in words for those who write patches."""

from __future__ import annotations

from pygent.target_modules.gate.safety_lists import CALLS, COMPUTING
from pygent.target_modules.gate.safety_rules import granted_imports
from pygent.target_modules.spec.manifest import Target

CLOCK = "time"


def import_rule(target: Target) -> str:
    """Which modules a changed file may import."""
    granted = [name for name in granted_imports(target) if name not in COMPUTING]
    return (
        "A changed file may import what it imports already, other modules of this source, "
        + (f"{_listed(granted)}, " if granted else "")
        + f"and of the standard library only {_listed(sorted(COMPUTING))}. `from x import *` is refused."
        + ("" if CLOCK in granted else f" `{CLOCK}` is refused, too, unless the file imports it already.")
    )


def call_rule(target: Target) -> str:
    """Which built-in functions it may not use."""
    plain = sorted(name for name in CALLS - set(target.manifest.safety.calls) if not name.startswith("_"))
    return (
        f"Refused, unless the file uses it already: {_listed(plain)}, `getattr` with a computed name, and "
        "attributes that lead into the interpreter, such as `__dict__`, `__globals__`, `__code__`."
    )


def _listed(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
