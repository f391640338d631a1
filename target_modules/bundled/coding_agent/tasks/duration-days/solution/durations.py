"""Durations for people."""

UNITS = (("d", 86400), ("h", 3600), ("m", 60), ("s", 1))


def human(seconds):
    left, parts = abs(seconds), []
    for name, size in UNITS:
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count}{name}")
    sign = "-" if seconds < 0 else ""
    return sign + (" ".join(parts) or "0s")
