"""How busy it gets."""


def busiest(meetings):
    moments = [(start, 1) for start, end in meetings if start < end]
    moments += [(end, -1) for start, end in meetings if start < end]
    most = now = 0
    for _, change in sorted(moments):
        now += change
        most = max(most, now)
    return most
