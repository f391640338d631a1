def entry(**more):
    return {"day": "2025-02-12", "person": "noe", "code": "MEET", "quantity": 1.5, **more}


def lines(candidate, *entries):
    """The lines of entries, after a look at the first and the last one."""
    text = candidate(list(entries))
    assert text.endswith("\n")
    first, *rows, last = text[:-1].split("\n")
    assert first == f"TIMES|5|{len(rows)}"
    assert last == f"END|{len(rows)}|{sum(len(row) for row in rows)}"
    return rows


def check_one(candidate):
    text = candidate([entry(note="minutes; by me")])
    assert text == "TIMES|5|1\n2025-W07-3|noe|MEET|1,50|minutes; by me\nEND|1|39\n"


def check_none(candidate):
    assert candidate([]) == "TIMES|5|0\nEND|0|0\n"
    assert candidate([entry(quantity=0)]) == "TIMES|5|0\nEND|0|0\n"


def check_days(candidate):
    days = ["2020-12-31", "2018-12-31", "2021-01-03", "2019-03-04"]
    found = lines(candidate, *[entry(day=day) for day in days])
    assert [row[:10] for row in found] == ["2019-W01-1", "2019-W10-1", "2020-W53-4", "2020-W53-7"]


def check_order(candidate):
    found = lines(
        candidate,
        entry(person="noe", code="TEST"),
        entry(person="berg", code="PLAN"),
        entry(person="noe", code="DOCS"),
        entry(person="Abel", code="DOCS"),
        entry(person="zoe", day="2025-02-11"),
    )
    assert [row.split("|")[1:3] for row in found] == [
        ["zoe", "MEET"],
        ["abel", "DOCS"],
        ["berg", "PLAN"],
        ["noe", "TEST"],
        ["noe", "DOCS"],
    ]


def check_persons(candidate):
    found = lines(candidate, entry(person="abcdefgh"), entry(person="ABCDEFGHI"), entry(person="m\u00fcller"))
    assert [row.split("|")[1] for row in found] == ["abcdefg+", "abcdefgh", "m\u00fcller"]


def check_quantities(candidate):
    given = [
        ("MEET", 2),
        ("MEET", 0.25),
        ("DRIV", 118.2),
        ("DRIV", 7),
        ("DRIV", 0.1),
        ("PRNT", 40),
        ("LIFT", 10.75),
    ]
    found = lines(candidate, *[entry(code=code, quantity=quantity) for code, quantity in given])
    assert [row.split("|")[3] for row in found] == ["2,00", "0,25", "119", "7", "1", "40", "10,75"]


def check_corrections(candidate):
    given = [("MEET", -1.5), ("RAIL", -118.2), ("FUSE", -3)]
    found = lines(candidate, *[entry(code=code, quantity=quantity) for code, quantity in given])
    assert [row.split("|")[3] for row in found] == ["1,50-", "119-", "3-"]


def check_codes(candidate):
    found = lines(
        candidate,
        entry(code="meet"),
        entry(code="pntg", quantity=2, note="the fence"),
        entry(code="PNTG", quantity=1),
        entry(note="[x] y"),
    )
    assert [row.split("|", 2)[2] for row in found] == [
        "MEET|1,50|-",
        "ZZZZ|2|[PNTG] the fence",
        "ZZZZ|1|[PNTG]",
        "MEET|1,50|[x] y",
    ]


def check_notes(candidate):
    given = ["a|b", "a\\b", " two\nlines ", "   ", "", "C:\\new|x"]
    found = lines(candidate, *[entry(note=note) for note in given])
    assert [row.split("|", 4)[4] for row in found] == [
        "a\\pb",
        "a\\\\b",
        "two\\nlines",
        "-",
        "-",
        "C:\\\\new\\px",
    ]
