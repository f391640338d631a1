"""Formulas and their values."""

from parser import Parser
from tokens import tokens


def value(text):
    return worth(Parser(tokens(text)).whole())


def worth(tree):
    if isinstance(tree, int):
        return tree
    operator, left, right = tree
    one, other = worth(left), worth(right)
    if operator == "+":
        return one + other
    if operator == "-":
        return one - other
    if operator == "*":
        return one * other
    return one / other
