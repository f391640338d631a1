def read(candidate, line):
    """What is read; rates are rounded, since there are several ways to compute them."""
    return {
        name: round(value, 9) if isinstance(value, float) else value
        for name, value in candidate(line).items()
    }


def check_text_and_numbers(candidate):
    line = "20000004711Dr        Ida                     Noe  Berg                     00012PK"
    assert read(candidate, line) == {
        "record": "20",
        "customer": 4711,
        "title": "Dr",
        "first_name": "Ida",
        "last_name": "Noe  Berg",
        "branch": 12,
        "segment": "PK",
    }
    line = "14                              030 12                 de"
    assert read(candidate, line) == {
        "record": "14",
        "person": "",
        "telephone": "030 12",
        "extension": None,
        "language": "de",
    }


def check_days(candidate):
    line = "310000000012700131000000                    hb"
    assert read(candidate, line) == {
        "record": "31",
        "account": 12,
        "opened": "1970-01-31",
        "closed": None,
        "reason": "",
        "clerk": "hb",
    }
    line = "320000000012000000008991231690701"
    assert read(candidate, line) == {
        "record": "32",
        "account": 12,
        "customer": 8,
        "since": "1999-12-31",
        "until": "2069-07-01",
        "may_sign": None,
    }
    line = "390000000001      moved"
    assert read(candidate, line) == {
        "record": "39",
        "account": 1,
        "day": None,
        "reason": "moved",
        "successor": None,
    }


def check_amounts(candidate):
    line = "520000000003000000092402290000000012L005rent"
    assert read(candidate, line) == {
        "record": "52",
        "account": 3,
        "booking": 9,
        "day": "2024-02-29",
        "amount": -123,
        "text_key": 5,
        "text": "rent",
    }
    line = "540000000003240229000123456789{000000000001}EUR"
    assert read(candidate, line) == {
        "record": "54",
        "account": 3,
        "day": "2024-02-29",
        "balance": 1234567890,
        "available": -10,
        "currency": "EUR",
    }
    line = "57000000000300000001240201         K   02"
    assert read(candidate, line) == {
        "record": "57",
        "account": 3,
        "booking": 1,
        "day": "2024-02-01",
        "amount": None,
        "fee_key": "K",
        "months": 2,
    }
    line = "6100000000032403310000000000{091"
    assert read(candidate, line) == {
        "record": "61",
        "account": 3,
        "until": "2024-03-31",
        "amount": 0,
        "days": 91,
    }
    line = "5200000000030000000924022900000000123005rent"
    assert read(candidate, line) == {
        "record": "52",
        "account": 3,
        "booking": 9,
        "day": "2024-02-29",
        "amount": 123,
        "text_key": 5,
        "text": "rent",
    }


def check_rates(candidate):
    line = "65000000000120050101234500050000"
    assert read(candidate, line) == {
        "record": "65",
        "account": 1,
        "since": "2020-05-01",
        "rate": 1.2345,
        "surcharge": 0.5,
        "until": None,
    }
    line = "64EURIBOR 240101       0390000ECB"
    assert read(candidate, line) == {
        "record": "64",
        "reference": "EURIBOR",
        "since": "2024-01-01",
        "old": None,
        "new": 3.9,
        "source": "ECB",
    }


def check_yes_and_no(candidate):
    line = "800000000010000000002010101J3"
    assert read(candidate, line) == {
        "record": "80",
        "portfolio": 1,
        "account": 2,
        "since": "2001-01-01",
        "joint": True,
        "risk": 3,
    }
    line = "90000000007010101hello                                                       N"
    assert read(candidate, line) == {
        "record": "90",
        "customer": 7,
        "day": "2001-01-01",
        "text": "hello",
        "read": False,
    }
    line = "910000000070101020000003late                                     00000025}"
    assert read(candidate, line) == {
        "record": "91",
        "customer": 7,
        "day": "2001-01-02",
        "number": 3,
        "subject": "late",
        "settled": None,
        "paid": -250,
    }


def check_cards(candidate):
    line = "72400012341234123400005000{0000000000PJN"
    assert read(candidate, line) == {
        "record": "72",
        "card": "4000123412341234",
        "daily": 50000,
        "monthly": -7,
        "abroad": True,
        "online": False,
    }
    line = "74400012341234123424113000002000}BER00017N000108512"
    assert read(candidate, line) == {
        "record": "74",
        "card": "4000123412341234",
        "day": "2024-11-30",
        "amount": -20000,
        "machine": "BER00017",
        "own_bank": False,
        "rate": 1.08512,
    }
    line = "705               0000000077BLUE241130"
    assert read(candidate, line) == {
        "record": "70",
        "card": "5",
        "account": 77,
        "design": "BLUE",
        "ordered": "2024-11-30",
        "express": None,
    }


def check_the_head_office(candidate):
    line = "58000000000100000002240607}0000010023zentrale    typo"
    assert read(candidate, line) == {
        "record": "58",
        "account": 1,
        "booking": 2,
        "day": "2024-06-07",
        "amount": -10023,
        "clerk": "zentrale",
        "reason": "typo",
    }
    line = "58000000000100000003240607D0000000005zentrale"
    assert read(candidate, line) == {
        "record": "58",
        "account": 1,
        "booking": 3,
        "day": "2024-06-07",
        "amount": 40000000005,
        "clerk": "zentrale",
        "reason": "",
    }
    line = "58000000000100000004240607}0000000001"
    assert read(candidate, line) == {
        "record": "58",
        "account": 1,
        "booking": 4,
        "day": "2024-06-07",
        "amount": -1,
        "clerk": "",
        "reason": "",
    }


def check_exchange_rates(candidate):
    line = "67USD240607010812345010912000"
    assert read(candidate, line) == {
        "record": "67",
        "currency": "USD",
        "day": "2024-06-07",
        "buy": 1.0812345,
        "sell": 1.0912,
        "middle": None,
    }


def check_no_customer(candidate):
    line = "320000000012000000000991231      1"
    assert read(candidate, line) == {
        "record": "32",
        "account": 12,
        "customer": None,
        "since": "1999-12-31",
        "until": None,
        "may_sign": 1,
    }


def check_unknown(candidate):
    for line in ("4000001", "", "99"):
        try:
            candidate(line)
        except KeyError:
            continue
        raise AssertionError
