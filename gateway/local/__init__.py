"""A small language model of our own: installed on demand, served on loopback, without a key."""
