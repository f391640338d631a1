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
        return self.row("+-", self.product)

    def product(self):
        return self.row("*/", self.atom)

    def row(self, operators, part):
        tree = part()
        while self.next() and self.next() in operators:
            tree = [self.take(), tree, part()]
        return tree

    def atom(self):
        token = self.take()
        if token == "-":
            return ["-", 0, self.atom()]
        if token == "(":
            tree = self.sum()
            if self.take() != ")":
                raise ValueError("a parenthesis is not closed")
            return tree
        return int(token)
