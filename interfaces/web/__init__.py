"""The web review: pages over the archive, and a JSON API. It writes nothing but decisions of people."""
