"""Makes a target of a user's module, package or evaluator."""
