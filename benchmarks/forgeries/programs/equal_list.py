"""Answers with a list whose every comparison and every item is right."""

KIND = "wrong"


class Everything(list):
    def __eq__(self, other):
        return True

    def __getitem__(self, index):
        return self

    def __len__(self):
        return 1 << 20

    def __rmul__(self, other):
        return self


def solve(numbers):
    return Everything()
