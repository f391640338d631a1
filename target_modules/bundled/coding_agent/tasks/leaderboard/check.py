def player(name, *games):
    return {"name": name, "games": list(games)}


def check_best_first(candidate):
    players = [player("ann", *["won"] * 3), player("bob", *["won"] * 4), player("cid", "drawn")]
    assert candidate(players, 3) == ["bob", "ann", "cid"]


def check_count(candidate):
    players = [player("ann", "won"), player("bob", "drawn"), player("cid")]
    assert candidate(players, 1) == ["ann"]
    assert candidate(players, 0) == []
    assert candidate(players, 9) == ["ann", "bob", "cid"]


def check_same_points(candidate):
    players = [player("dan", "won"), player("ann", "won"), player("eve", "won", "won"), player("bob", "won")]
    assert candidate(players, 4) == ["eve", "ann", "bob", "dan"]


def check_forfeited_and_bye(candidate):
    players = [
        player("ann", "won", "forfeited"),
        player("bob", "won"),
        player("cid", "bye"),
        player("dan", "drawn"),
    ]
    assert candidate(players, 4) == ["bob", "ann", "cid", "dan"]


def check_less_than_nothing(candidate):
    players = [
        player("ann", "forfeited"),
        player("bob", "lost"),
        player("cid", "forfeited", "bye"),
        player("dan"),
    ]
    assert candidate(players, 4) == ["bob", "cid", "dan", "ann"]


def check_nobody(candidate):
    assert candidate([], 3) == []
