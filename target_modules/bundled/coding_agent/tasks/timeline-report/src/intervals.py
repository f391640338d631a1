"""Spans of time, `[first, last]` in seconds, in order of their first second. No two of them touch."""


def include(spans, second, reach):
    """Spans with another second; those that are at most `reach` apart are joined."""
    found = [list(span) for span in spans]
    found.append([second, second])
    found.sort()
    joined = [found[0]]
    for first, last in found[1:]:
        if first - joined[-1][1] <= reach:
            joined[-1][1] = max(joined[-1][1], last)
        else:
            joined.append([first, last])
    return joined


def at(spans, second):
    """The span that a second is in, or None."""
    for span in spans:
        if span[0] <= second <= span[1]:
            return span
    return None
