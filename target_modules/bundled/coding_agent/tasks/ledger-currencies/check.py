def check_plain(candidate):
    assert candidate([["ann", "bob", 10]]) == {"ann": {"USD": -10}, "bob": {"USD": 10}}


def check_currencies(candidate):
    found = candidate([["ann", "bob", 5, "EUR"], ["bob", "ann", 10]])
    assert found == {"ann": {"EUR": -5, "USD": 10}, "bob": {"EUR": 5, "USD": -10}}
    assert list(found["ann"]) == ["EUR", "USD"]


def check_zero_is_left_out(candidate):
    assert candidate([["ann", "bob", 5], ["bob", "ann", 5]]) == {"ann": {}, "bob": {}}


def check_limit(candidate):
    assert candidate([["ann", "bob", 10000]]) == {"ann": {"USD": -10000}, "bob": {"USD": 10000}}
    try:
        candidate([["ann", "bob", 9000], ["ann", "bob", 1001]])
    except ValueError:
        return
    raise AssertionError


def check_amounts(candidate):
    for wrong in (0, -5):
        try:
            candidate([["ann", "bob", wrong]])
        except ValueError:
            continue
        raise AssertionError


def check_limit_for_each_currency(candidate):
    found = candidate([["ann", "bob", 9000], ["ann", "bob", 9000, "EUR"]])
    assert found["ann"] == {"EUR": -9000, "USD": -9000}
