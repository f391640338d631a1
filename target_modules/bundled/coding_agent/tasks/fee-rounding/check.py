from fractions import Fraction

ONE = {
    "card-domestic": (125, 10000),
    "card-foreign": (275, 10000),
    "card-prepaid": (7, 400),
    "cash-deposit": (3, 1000),
    "cash-coins": (25, 1000),
    "cheque-domestic": (5, 1000),
    "cheque-stopped": (9, 1000),
    "credit-redemption": (11, 1000),
    "custody-transfer": (13, 10000),
    "debit-core": (2, 1000),
    "debit-business": (35, 10000),
    "fund-entry": (45, 1000),
    "fund-exit": (15, 1000),
    "fund-switch": (9, 1000),
    "fx-spot": (15, 10000),
    "fx-swap": (3, 800),
    "letter-amended": (25, 10000),
    "letter-confirmed": (13, 2000),
    "letter-opened": (35, 10000),
    "mobile-payment": (45, 10000),
    "mobile-topup": (1, 40),
    "savings-plan": (15, 2000),
    "standing-order": (5, 2000),
    "standing-changed": (1, 200),
    "transfer-instant": (25, 10000),
    "transfer-paper": (5, 1000),
    "transfer-urgent": (75, 10000),
    "trust-account": (35, 10000),
    "voucher-issue": (3, 200),
    "voucher-lost": (75, 1000),
}
WEEKS = {
    "cash-night-safe": (15, 10000),
    "credit-overdraft": (22, 10000),
    "credit-overdrawn": (31, 10000),
    "escrow-house": (4, 10000),
    "fx-forward": (8, 10000),
    "locker-small": (6, 1000),
    "locker-large": (9, 1000),
    "terminal-rent": (12, 1000),
}
MONTHS = {
    "credit-arrears": (48, 12000),
    "credit-extension": (30, 12000),
    "credit-standby": (18, 12000),
    "custody-bonds": (24, 12000),
    "custody-gold": (66, 12000),
    "escrow-rent": (36, 12000),
    "guarantee-bid": (90, 12000),
    "guarantee-rent": (42, 12000),
    "savings-early": (60, 12000),
    "treasury-bills": (27, 12000),
}
TAXED = {
    "card-corporate": (190, 10000, 19, 0),
    "card-chargeback": (35, 1000, 20, 2),
    "cash-foreign-notes": (45, 1000, 7, 0),
    "cheque-foreign": (125, 10000, 19, 2),
    "custody-shares": (15, 10000, 19, 0),
    "debit-returned": (15, 1000, 19, 2),
    "escrow-shares": (65, 10000, 20, 0),
    "fx-option": (65, 1000, 19, 2),
    "guarantee-work": (175, 10000, 19, 0),
    "notary-account": (85, 10000, 19, 2),
    "terminal-sale": (5, 1000, 20, 0),
    "transfer-world": (55, 10000, 19, 2),
}


def cents(value):
    nearest = int(abs(value) + Fraction(1, 2))
    return nearest if value >= 0 else -nearest


def amounts(share, base):
    """Amounts around a half cent, and others."""
    near = [n for n in range(1, 2000) if 2 * n * share % (2 * base) == base][:4]
    some = [0, 1, 7, 50, 119, 333, 1050, 99999, *near]
    return [sign * one for one in some for sign in (1, -1)]


def compare(candidate, wanted):
    """`wanted` are the items, each with its fee."""
    found = candidate([item[:3] for item in wanted])
    assert found == [item[3] for item in wanted]
    assert {type(one) for one in found} == {int}


def check_plain_services(candidate):
    compare(
        candidate,
        [
            [service, amount, 1, cents(Fraction(amount * share, base))]
            for service, (share, base) in ONE.items()
            for amount in amounts(share, base)
        ],
    )


def check_services_by_weeks(candidate):
    compare(
        candidate,
        [
            [service, amount, days, days // 7 * cents(Fraction(amount * share, base))]
            for service, (share, base) in WEEKS.items()
            for amount in amounts(share, base)
            for days in (6, 7, 20)
        ],
    )


def check_services_by_months(candidate):
    compare(
        candidate,
        [
            [service, amount, days, cents(Fraction(amount * months * share, base))]
            for service, (share, base) in MONTHS.items()
            for days, months in ((1, 1), (30, 1), (31, 2))
            for amount in amounts(months * share, base)
        ],
    )


def check_services_with_tax(candidate):
    wanted = []
    for service, (share, base, tax, free) in TAXED.items():
        for amount in amounts(share, base):
            charge = cents(Fraction(amount * share, base))
            wanted.append([service, amount, 5, charge + cents(Fraction(charge * tax, 100))])
            if free:
                wanted.append([service, amount, free, charge])
    compare(candidate, wanted)


def check_an_unknown_service(candidate):
    try:
        candidate([["no-such-service", 100, 1]])
    except KeyError:
        return
    raise AssertionError
