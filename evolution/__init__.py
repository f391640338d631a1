"""The outer loop and its decisions: propose, gate, evaluate, accept, select; budgets and executors."""
