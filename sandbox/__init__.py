"""Run untrusted code: engine, runner, wire, pool, limits, self-test."""
