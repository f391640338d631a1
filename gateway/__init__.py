"""The one door from the box to the world: model providers, their prices and their faults."""
