"""Search decisions: parents, crossover, acceptance."""
