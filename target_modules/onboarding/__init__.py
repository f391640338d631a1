"""Make a target from a user's module, package or evaluator."""
