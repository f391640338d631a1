"""Sentences for people."""

WORDS = {"open": "waiting", "paid": "paid", "sent": "on its way", "returned": "back", "cancelled": "off"}


def about(order):
    state = WORDS.get(order.state, order.state)
    first = f"Order {order.number} has the state {state!r}."
    if order.state == "sent":
        return f"{first} It goes to the state {order.address.state}."
    return f"{first} Its address is in {order.address.town}, state {order.address.state}."
