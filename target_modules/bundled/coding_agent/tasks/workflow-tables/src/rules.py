"""The rules of claims. The engine does not read them: see the end of this file."""

ENDS = ("paid", "closed", "withdrawn")

# state: {event: next state}; a next state with a guard is (guard, if it holds, otherwise)
RULES = {
    "new": {"register": "open"},
    "open": {"assign": "in_review", "ask": "awaiting_papers"},
    "awaiting_papers": {"receive": "open", "remind": ("reminded_twice", "refused", "awaiting_papers")},
    "in_review": {
        "accept": ("is_large", "second_review", "accepted"),
        "refuse": "refused",
        "ask": "awaiting_papers",
    },
    "second_review": {"accept": "accepted", "refuse": "refused", "return": "in_review"},
    "accepted": {"pay": "paid", "recheck": "in_review"},
    "refused": {"appeal": "in_review", "close": "closed"},
}
EVERYWHERE = {"withdraw": "withdrawn"}  # in every state that is no end

# A guard looks at the claim's history, which is the list of its events so far without the present one, and at
# its amount: `(event, count)` holds if the event occurred at least so often; a number, if the amount is at
# least that.
GUARDS = {
    "reminded_twice": ("remind", 2),
    "is_large": 50000,
}

# The engine reads tables.py, which is made from this file:
#
#     python3 build.py           shows what it would write
#     python3 build.py --write   writes it
#
# It has a row for each state and a column for each event, and a sum of these rules. The engine does not start
# if the sum is another one. A state that is named nowhere as a key (an end, say) must be in ENDS.
