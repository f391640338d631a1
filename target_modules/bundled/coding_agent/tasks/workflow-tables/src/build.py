"""Makes tables.py from rules.py; see there."""

import sys
import zlib
from pathlib import Path

import rules

HEAD = '''"""Made by build.py from rules.py: change those, not this."""

SUM = {sum}
EVENTS = {events}
TABLE = {{
'''


def sum_of_rules():
    return zlib.crc32(repr((rules.ENDS, rules.RULES, rules.EVERYWHERE, rules.GUARDS)).encode())


def targets(step):
    return step[1:] if isinstance(step, tuple) else (step,)


def complaints():
    """What is wrong with the rules, in words."""
    for state, steps in rules.RULES.items():
        for event, step in steps.items():
            if isinstance(step, tuple) and step[0] not in rules.GUARDS:
                yield f"{state}, {event}: no guard {step[0]}"
            for target in targets(step):
                if target not in rules.RULES and target not in rules.ENDS:
                    yield f"{state}, {event}: no state {target}"


def cell(step, names):
    """A number of a state, -1 for none, or a guard with two numbers."""
    if step is None:
        return "-1"
    if isinstance(step, tuple):
        return f"({rules.GUARDS[step[0]]!r}, {names.index(step[1])}, {names.index(step[2])})"
    return str(names.index(step))


def text():
    names = [*rules.RULES, *rules.ENDS]
    events = sorted({event for steps in [*rules.RULES.values(), rules.EVERYWHERE] for event in steps})
    rows = []
    for state in names:
        steps = {} if state in rules.ENDS else {**rules.EVERYWHERE, **rules.RULES[state]}
        cells = ", ".join(cell(steps.get(event), names) for event in events)
        rows.append(f"    {state!r}: [{cells}],\n")
    return HEAD.format(sum=sum_of_rules(), events=events) + "".join(rows) + "}\n"


if __name__ == "__main__":
    wrong = list(complaints())
    if wrong:
        sys.exit("\n".join(wrong))
    if "--write" in sys.argv:
        Path("tables.py").write_text(text())
    else:
        print(text())
