"""The web review: pages over the archive, and its JSON API; decisions of people are all that it writes."""
