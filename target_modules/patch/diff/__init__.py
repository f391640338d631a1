"""The difference between two trees."""
