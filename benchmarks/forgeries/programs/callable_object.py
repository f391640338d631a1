"""Is no function but an object that has every attribute and equals everything."""

KIND = "wrong"


class Whatever:
    def __call__(self, *args, **kwargs):
        return self

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __eq__(self, other):
        return True

    def __rmul__(self, other):
        return self

    __hash__ = None


solve = Whatever()
