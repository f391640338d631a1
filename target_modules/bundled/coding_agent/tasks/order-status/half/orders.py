"""Orders and what happens to them."""

import messages
import storage
from addresses import Address

NEXT = {"open": ("paid", "cancelled"), "paid": ("sent", "cancelled"), "sent": ("returned",)}


class Order:
    """An order; its status is a key of NEXT, or an end."""

    def __init__(self, number, address, status="open"):
        self.number = number
        self.address = address
        self.status = status

    def change(self, status):
        """Go to another status. Raises ValueError if it cannot be reached from the present status."""
        if status not in NEXT.get(self.status, ()):
            raise ValueError(f"no way from status {self.status} to status {status}")
        old_status, self.status = self.status, status
        return {"event": "state-changed", "order": self.number, "status": self.status, "was": old_status}

    def as_dict(self):
        return {"number": self.number, "status": self.status, "address": self.address.as_dict()}

    @classmethod
    def from_dict(cls, data):
        return cls(data["number"], Address.from_dict(data["address"]), data["status"])


class Office:
    def __init__(self):
        self.orders = {}
        self.events = []

    def place(self, number, street, town, state):
        """`state` is that of the address."""
        self.orders[number] = Order(number, Address(street, town, state))
        self.events.append({"event": "placed", "order": number})

    def change(self, number, status):
        self.events.append(self.orders[number].change(status))

    def move(self, number, town, state):
        """Send an order to another town, perhaps in another state; only before its status is "sent"."""
        order = self.orders[number]
        if order.status not in ("open", "paid"):
            raise ValueError(f"order {number} cannot be moved in status {order.status}")
        order.address = Address(order.address.street, town, state)

    def with_status(self, status):
        """Numbers of the orders with a status."""
        return [number for number, order in self.orders.items() if order.status == status]

    def to_state(self, state):
        """Numbers of the orders that go to a federal state."""
        return [number for number, order in self.orders.items() if order.address.state == state]

    def count_by_status(self):
        """How many orders have which status."""
        counts = {}
        for order in self.orders.values():
            counts[order.status] = counts.get(order.status, 0) + 1
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
            answers.append(office.with_status(arguments[0]))
        elif what == "destined":
            answers.append(office.to_state(arguments[0]))
        elif what == "count":
            answers.append(office.count_by_status())
        elif what == "save":
            answers.append(storage.saved(office.as_list()))
        elif what == "load":
            office.orders = {data["number"]: Order.from_dict(data) for data in storage.loaded(arguments[0])}
        else:
            raise KeyError(what)
    return {"orders": office.as_list(), "events": office.events, "sentences": sentences, "answers": answers}
