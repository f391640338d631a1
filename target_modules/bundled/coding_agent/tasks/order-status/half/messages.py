"""Sentences for people."""

WORDS = {"open": "waiting", "paid": "paid", "sent": "on its way", "returned": "back", "cancelled": "off"}


def about(order):
    status = WORDS.get(order.status, order.status)
    first = f"Order {order.number} has the status {status!r}."
    if order.status == "sent":
        return f"{first} It goes to the state {order.address.state}."
    return f"{first} Its address is in {order.address.town}, state {order.address.state}."
