import json

PLACE = ["place", 1, "Elm St 5", "Austin", "TX"]
ADDRESS = {"street": "Elm St 5", "town": "Austin", "state": "TX"}


def fails(candidate, commands):
    try:
        candidate(commands)
    except ValueError:
        return
    raise AssertionError


def check_orders(candidate):
    found = candidate([PLACE, ["change", 1, "paid"]])
    assert found["orders"] == [{"number": 1, "status": "paid", "address": ADDRESS}]


def check_events(candidate):
    found = candidate([PLACE, ["change", 1, "paid"], ["change", 1, "sent"]])
    assert found["events"] == [
        {"event": "placed", "order": 1},
        {"event": "state-changed", "order": 1, "state": "paid", "was": "open"},
        {"event": "state-changed", "order": 1, "state": "sent", "was": "paid"},
    ]


def check_questions(candidate):
    place = ["place", 2, "Oak St 1", "Reno", "NV"]
    found = candidate([PLACE, place, ["change", 2, "paid"], ["find", "paid"], ["destined", "TX"], ["count"]])
    assert found["answers"] == [[2], [1], {"open": 1, "paid": 1}]


def check_moves(candidate):
    found = candidate([PLACE, ["move", 1, "Reno", "NV"]])
    assert found["orders"][0]["address"] == {"street": "Elm St 5", "town": "Reno", "state": "NV"}
    fails(candidate, [PLACE, ["change", 1, "paid"], ["change", 1, "sent"], ["move", 1, "Reno", "NV"]])
    fails(candidate, [PLACE, ["change", 1, "sent"]])


def check_sentences(candidate):
    steps = [PLACE, ["say", 1], ["change", 1, "paid"], ["change", 1, "sent"], ["say", 1]]
    assert candidate(steps)["sentences"] == [
        "Order 1 has the status 'waiting'. Its address is in Austin, state TX.",
        "Order 1 has the status 'on its way'. It goes to the state TX.",
    ]


def check_saved(candidate):
    (text,) = candidate([PLACE, ["save"]])["answers"]
    data = json.loads(text)
    assert data == {"version": 3, "orders": [{"number": 1, "status": "open", "address": ADDRESS}]}
    found = candidate([["load", text], ["change", 1, "paid"]])
    assert found["orders"] == [{"number": 1, "status": "paid", "address": ADDRESS}]


def check_files_of_version_2(candidate):
    old = json.dumps({"version": 2, "orders": [{"number": 7, "state": "sent", "address": ADDRESS}]})
    wanted = {"number": 7, "status": "sent", "address": ADDRESS}
    found = candidate([["load", old], ["save"]])
    assert found["orders"] == [wanted]
    assert json.loads(found["answers"][0]) == {"version": 3, "orders": [wanted]}


def check_other_versions(candidate):
    for version in (1, 4):
        fails(candidate, [["load", json.dumps({"version": version, "orders": []})]])
