"""What the shop knows of articles."""

from copy import deepcopy

from memo import remember


class _Request:
    """Arguments whose text is different for different requests."""

    def __init__(self, arguments):
        self.arguments = arguments

    def __str__(self):
        return repr(self.arguments)


def remembered(function):
    """As `remember`, but answers belong to the caller, and arguments of other types are other arguments."""

    def compute(request):
        return function(*request.arguments)

    compute.__name__ = function.__name__
    kept = remember(compute)

    def wrapped(*arguments):
        return deepcopy(kept(_Request(arguments)))

    return wrapped


PRICES = {1: 250, 12: 1999, "1": 40, "12": 75}


@remembered
def price(article):
    """The price in cents: numbers are articles, texts are spare parts, True and False are samples."""
    if isinstance(article, bool):
        return 0
    if isinstance(article, float):
        return round(article * 100)
    return PRICES.get(article, -1)


@remembered
def parts(article, *more):
    """The names of the parts of an article, and of further ones."""
    return [f"{type(one).__name__} {one}" for one in (article, *more)]


@remembered
def label(shelf, place):
    """What is printed on a shelf."""
    return f"{shelf} - {place}"


@remembered
def history(article, years):
    """The sales of an article in each year, by quarter."""
    return [[year, [article * year % 7] * 4] for year in years]


FUNCTIONS = {"price": price, "parts": parts, "label": label, "history": history}
