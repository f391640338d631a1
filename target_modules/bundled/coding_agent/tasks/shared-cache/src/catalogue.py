"""What the shop knows of articles."""

from memo import remember

PRICES = {1: 250, 12: 1999, "1": 40, "12": 75}


@remember
def price(article):
    """The price in cents: numbers are articles, texts are spare parts, True and False are samples."""
    if isinstance(article, bool):
        return 0
    if isinstance(article, float):
        return round(article * 100)
    return PRICES.get(article, -1)


@remember
def parts(article, *more):
    """The names of the parts of an article, and of further ones."""
    return [f"{type(one).__name__} {one}" for one in (article, *more)]


@remember
def label(shelf, place):
    """What is printed on a shelf."""
    return f"{shelf} - {place}"


@remember
def history(article, years):
    """The sales of an article in each year, by quarter."""
    return [[year, [article * year % 7] * 4] for year in years]


FUNCTIONS = {"price": price, "parts": parts, "label": label, "history": history}
