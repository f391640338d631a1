"""From parts to a tree of `[operator, left, right]`."""


class Parser:
    def __init__(self, tokens):
        self.tokens = tokens
        self.place = 0

    def next(self):
        return self.tokens[self.place] if self.place < len(self.tokens) else ""

    def take(self):
        token = self.next()
        self.place += 1
        return token

    def whole(self):
        tree = self.sum()
        if self.next():
            raise ValueError(f"unexpected {self.next()}")
        return tree

    def sum(self):
        tree = self.atom()
        while self.next() and self.next() in "+-*/":
            tree = [self.take(), tree, self.atom()]
        return tree

    def atom(self):
        if self.next() == "(":
            self.take()
            tree = self.sum()
            self.take()
            return tree
        return int(self.take())
