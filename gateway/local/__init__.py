"""A small language model on this machine: installed on demand, served on loopback, without a key."""
