"""Remembers what functions return. All teams use it; the keys go to the logs and must stay readable."""

_REMEMBERED = {}
_COMPUTED = {}


def remember(function):
    """A function of positional arguments whose answers are kept until `forget`."""

    def wrapped(*arguments):
        key = function.__name__ + ":" + "/".join(str(argument) for argument in arguments)
        if key not in _REMEMBERED:
            _COMPUTED[function.__name__] = _COMPUTED.get(function.__name__, 0) + 1
            _REMEMBERED[key] = function(*arguments)
        return _REMEMBERED[key]

    wrapped.__name__ = function.__name__
    return wrapped


def forget():
    _REMEMBERED.clear()
    _COMPUTED.clear()


def computed():
    """How often each function was really called, by name."""
    return dict(sorted(_COMPUTED.items()))
