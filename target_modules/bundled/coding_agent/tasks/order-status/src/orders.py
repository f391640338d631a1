"""Orders and what happens to them."""

import messages
import storage
from addresses import Address

NEXT = {"open": ("paid", "cancelled"), "paid": ("sent", "cancelled"), "sent": ("returned",)}


class Order:
    """An order; its state is a key of NEXT, or an end."""

    def __init__(self, number, address, state="open"):
        self.number = number
        self.address = address
        self.state = state

    def change(self, state):
        """Go to another state. Raises ValueError if it cannot be reached from the present state."""
        if state not in NEXT.get(self.state, ()):
            raise ValueError(f"no way from state {self.state} to state {state}")
        old_state, self.state = self.state, state
        return {"event": "state-changed", "order": self.number, "state": self.state, "was": old_state}

    def as_dict(self):
        return {"number": self.number, "state": self.state, "address": self.address.as_dict()}

    @classmethod
    def from_dict(cls, data):
        return cls(data["number"], Address.from_dict(data["address"]), data["state"])


class Office:
    def __init__(self):
        self.orders = {}
        self.events = []

    def place(self, number, street, town, state):
        """`state` is that of the address."""
        self.orders[number] = Order(number, Address(street, town, state))
        self.events.append({"event": "placed", "order": number})

    def change(self, number, state):
        self.events.append(self.orders[number].change(state))

    def move(self, number, town, state):
        """Send an order to another town, perhaps in another state; only before its state is "sent"."""
        order = self.orders[number]
        if order.state not in ("open", "paid"):
            raise ValueError(f"order {number} cannot be moved in state {order.state}")
        order.address = Address(order.address.street, town, state)

    def in_state(self, state):
        """Numbers of the orders in a state."""
        return [number for number, order in self.orders.items() if order.state == state]

    def to_state(self, state):
        """Numbers of the orders that go to a federal state."""
        return [number for number, order in self.orders.items() if order.address.state == state]

    def count_by_state(self):
        """How many orders are in which state."""
        counts = {}
        for order in self.orders.values():
            counts[order.state] = counts.get(order.state, 0) + 1
        return counts

    def as_list(self):
        return [order.as_dict() for order in self.orders.values()]


def run(commands):
    """Carry out commands `[what, *arguments]` and return orders, events, sentences and what was asked for."""
    office, sentences, answers = Office(), [], []
    for what, *arguments in commands:
        if what == "place":
            office.place(*arguments)
        elif what == "change":
            office.change(*arguments)
        elif what == "move":
            office.move(*arguments)
        elif what == "say":
            sentences.append(messages.about(office.orders[arguments[0]]))
        elif what == "find":
            answers.append(office.in_state(arguments[0]))
        elif what == "destined":
            answers.append(office.to_state(arguments[0]))
        elif what == "count":
            answers.append(office.count_by_state())
        elif what == "save":
            answers.append(storage.saved(office.as_list()))
        elif what == "load":
            office.orders = {data["number"]: Order.from_dict(data) for data in storage.loaded(arguments[0])}
        else:
            raise KeyError(what)
    return {"orders": office.as_list(), "events": office.events, "sentences": sentences, "answers": answers}
