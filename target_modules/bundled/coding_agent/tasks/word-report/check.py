def check_few(candidate):
    text = "The cat. the dog; A cat!"
    assert candidate(text, 2) == [["cat", 2, 33.33], ["the", 2, 33.33]]
    assert candidate("", 3) == []
    assert candidate("one", 5) == [["one", 1, 100.0]]


def check_ties(candidate):
    assert candidate("b a c", 3) == [["a", 1, 33.33], ["b", 1, 33.33], ["c", 1, 33.33]]


def check_many(candidate):
    letters = "abcdefghijklmnop"
    row = [letters[n % 16] + letters[n // 16 % 16] + letters[n // 256 % 16] for n in range(4000)]
    found = candidate(" ".join(row * 50), 3)
    assert found[0][1] == 50
    assert len(found) == 3
