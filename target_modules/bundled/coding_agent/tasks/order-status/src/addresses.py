"""Addresses."""


class Address:
    """Where something is sent; `state` is a federal state, such as "TX"."""

    def __init__(self, street, town, state):
        self.street = street
        self.town = town
        self.state = state

    def as_dict(self):
        return {"street": self.street, "town": self.town, "state": self.state}

    @classmethod
    def from_dict(cls, data):
        return cls(data["street"], data["town"], data["state"])
