"""The outer loop and its decisions: propose, gate, evaluate, accept and select, within budgets."""
