def stamp(second):
    minutes = second // 60
    return f"2025-03-{1 + minutes // 1440:02}T{minutes // 60 % 24:02}:{minutes % 60:02}:{second % 60:02}"


def line(second, machine, level, source, text):
    return f"{stamp(second)} {machine} {level} {source}: {text}"


BEGIN = 762480000  # 2025-03-01 in seconds
TIMES = [
    f"{hour:02}:{minute:02}:{second:02}" for hour in range(24) for minute in range(60) for second in range(60)
]
MONTH = [f"2025-03-{1 + n * 133 // 86400:02}T{TIMES[n * 133 % 86400]}" for n in range(20000)]


def told(candidate, lines):
    return candidate("".join(f"{line}\n" for line in lines))


def check_few(candidate):
    found = told(
        candidate,
        [
            line(900, "b", "ERROR", "cart", "no stock"),
            line(0, "a", "INFO", "cart", "up"),
            "no entry at all",
            line(300, "a", "ERROR", "mail", "no route"),
            line(601, "a", "ERROR", "mail", "no route"),
            line(601, "b", "DEBUG", "cart", "x: y"),
            line(4200, "b", "INFO", "mail", "sent"),
        ],
    )
    assert found == {
        "entries": 6,
        "levels": {"DEBUG": 1, "INFO": 2, "WARNING": 0, "ERROR": 3},
        "machines": {"a": 3, "b": 3},
        "sources": [["cart", 3], ["mail", 3]],
        "repeated": ["no route"],
        "sessions": {"a": [2, 300], "b": [2, 299]},
        "busiest": [2, BEGIN + 601],
        "alone": [["a", BEGIN + 601, "no route"]],
        "recovered": {"cart": 0, "mail": 1},
    }


def check_same_second(candidate):
    found = told(candidate, [line(5, "a", "ERROR", "s", "one"), line(5, "a", "INFO", "s", "two")])
    assert found["recovered"] == {"s": 1}
    found = told(candidate, [line(5, "a", "INFO", "s", "two"), line(5, "a", "ERROR", "s", "one")])
    assert found["recovered"] == {"s": 0}


def check_nothing(candidate):
    found = told(candidate, [])
    assert (found["entries"], found["sessions"], found["busiest"]) == (0, {}, [0, None])


def check_a_month(candidate):
    order = [n * 7919 % 20000 for n in range(20000)]
    lines = [f"{MONTH[n]} m{n % 3} {'ERROR' if n % 4 else 'INFO'} s{n % 2}: t{n % 9900}\n" for n in order]
    found = candidate("".join(lines))
    assert found["entries"] == 20000
    assert found["sessions"] == {"m0": [6667, 0], "m1": [6667, 0], "m2": [6666, 0]}
    assert found["busiest"] == [1, BEGIN]
    assert found["repeated"][:4] == ["t1", "t2", "t3", "t5"]
    assert (len(found["repeated"]), len(found["alone"])) == (7425, 15000)
    assert found["alone"][1] == ["m0", BEGIN + 6 * 133, "t6"]
    assert found["recovered"] == {"s0": 4999, "s1": 0}
