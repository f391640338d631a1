"""A summary of log lines: `2025-03-01T08:15:30 web-3 ERROR cart: no stock`, in any order."""

from bisect import bisect_left

from intervals import at, include

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
DAYS = (0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334)
QUIET = 300  # seconds after which a session of a machine is over
WINDOW = 60


class Entry:
    """One line."""

    def __init__(self, second, machine, level, source, text):
        self.second = second
        self.machine = machine
        self.level = level
        self.source = source
        self.text = text


def seconds_of(stamp):
    """Seconds since the beginning of 2001."""
    day, _, time = stamp.partition("T")
    year, month, date = (int(part) for part in day.split("-"))
    hour, minute, second = (int(part) for part in time.split(":"))
    years = year - 2001
    days = years * 365 + years // 4 - years // 100 + years // 400 + DAYS[month - 1] + date - 1
    if month > 2 and year % 4 == 0 and (year % 100 != 0 or year % 400 == 0):
        days += 1
    return ((days * 24 + hour) * 60 + minute) * 60 + second


def entry_of(line):
    """The entry of a line. Raises ValueError for a line that is none."""
    stamp, machine, level, rest = line.split(" ", 3)
    if level not in LEVELS:
        raise ValueError(f"no level: {level}")
    source, _, text = rest.partition(": ")
    return Entry(seconds_of(stamp), machine, level, source, text)


def entries_of(lines):
    """The entries of all lines that are such, by second; those of the same second keep their order."""
    entries = []
    for line in lines:
        try:
            entries.append(entry_of(line))
        except (ValueError, IndexError):
            continue
    return sorted(entries, key=lambda entry: entry.second)


def count_levels(entries):
    """How many entries of each level there are."""
    counts = dict.fromkeys(LEVELS, 0)
    for entry in entries:
        counts[entry.level] += 1
    return counts


def count_machines(entries):
    """How many entries each machine has, by name."""
    counts = {}
    for entry in entries:
        counts[entry.machine] = counts.get(entry.machine, 0) + 1
    return dict(sorted(counts.items()))


def count_sources(entries):
    """How many entries each source has, the most frequent first, then by name."""
    counts = {}
    for entry in entries:
        counts[entry.source] = counts.get(entry.source, 0) + 1
    return sorted(([source, count] for source, count in counts.items()), key=lambda row: (-row[1], row[0]))


def repeated(entries):
    """Texts of errors that occur more than once, in the order of their first occurrence."""
    counts = {}
    for entry in entries:
        if entry.level == "ERROR":
            counts[entry.text] = counts.get(entry.text, 0) + 1
    return [text for text, count in counts.items() if count > 1]


def sessions(entries):
    """For each machine, how many sessions it had, and how long the longest was."""
    found = {}
    for machine in count_machines(entries):
        spans = []
        for entry in entries:
            if entry.machine == machine:
                spans = include(spans, entry.second, QUIET)
        found[machine] = [len(spans), max(last - first for first, last in spans)]
    return found


def busiest(entries):
    """The most entries within WINDOW seconds, and the first second of the earliest such window."""
    best = [0, None]
    seconds = [entry.second for entry in entries]
    for number, second in enumerate(seconds):
        count = bisect_left(seconds, second + WINDOW) - number
        if count > best[0]:
            best = [count, second]
    return best


def alone(entries):
    """Errors of a machine while it said nothing else in its session."""
    found = []
    for machine in count_machines(entries):
        spans = []
        mine = [entry for entry in entries if entry.machine == machine]
        for entry in mine:
            spans = include(spans, entry.second, QUIET)
        for entry in mine:
            span = at(spans, entry.second)
            inside = [other for other in mine if span[0] <= other.second <= span[1]]
            if len(inside) == 1 and entry.level == "ERROR":
                found.append([machine, entry.second, entry.text])
    return found


def recovered(entries):
    """For each source, how many of its errors were followed by an INFO of the same source within an hour."""
    counts = {}
    for number, entry in enumerate(entries):
        if entry.level != "ERROR":
            continue
        counts.setdefault(entry.source, 0)
        for other in entries[number + 1 :]:
            if other.second > entry.second + 3600:
                break
            if other.source == entry.source and other.level == "INFO":
                counts[entry.source] += 1
                break
    return dict(sorted(counts.items()))


def report(log):
    """The summary of the text of a log."""
    entries = entries_of(log.splitlines())
    return {
        "entries": len(entries),
        "levels": count_levels(entries),
        "machines": count_machines(entries),
        "sources": count_sources(entries),
        "repeated": repeated(entries),
        "sessions": sessions(entries),
        "busiest": busiest(entries),
        "alone": alone(entries),
        "recovered": recovered(entries),
    }
