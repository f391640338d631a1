def claim(*events, amount=100):
    return [["c", "register", amount], *(["c", event] for event in events)]


def state(candidate, *events, amount=100):
    return candidate(claim(*events, amount=amount))["c"]


def refused(candidate, *events):
    try:
        candidate(claim(*events))
    except ValueError:
        return
    raise AssertionError


def check_as_before(candidate):
    assert state(candidate, "assign", "accept", "pay") == "paid"
    assert state(candidate, "assign", "accept", amount=50000) == "second_review"
    assert state(candidate, "ask", "remind", "remind") == "awaiting_papers"
    assert state(candidate, "ask", "remind", "remind", "remind") == "refused"
    refused(candidate, "pay")


def check_pause(candidate):
    for before in ((), ("assign",), ("ask",)):
        assert state(candidate, *before, "pause") == "on_hold"
        assert state(candidate, *before, "pause", "resume") == "open"
        assert state(candidate, *before, "pause", "withdraw") == "withdrawn"


def check_where_there_is_no_pause(candidate):
    refused(candidate, "assign", "accept", "pause")
    refused(candidate, "assign", "refuse", "pause")
    refused(candidate, "pause", "pause")
    refused(candidate, "pause", "assign")
    refused(candidate, "resume")


def check_appeal(candidate):
    assert state(candidate, "assign", "refuse", "appeal") == "in_review"
    assert state(candidate, "assign", "refuse", "appeal", "refuse") == "refused"
    assert state(candidate, "assign", "refuse", "appeal", "refuse", "appeal") == "closed"
    refused(candidate, "assign", "refuse", "appeal", "refuse", "appeal", "withdraw")


def check_several_claims(candidate):
    found = candidate([["b", "register", 1], ["a", "register", 2], ["b", "pause"], ["a", "withdraw"]])
    assert found == {"a": "withdrawn", "b": "on_hold"}
