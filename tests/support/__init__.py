"""Real servers and small helpers that tests and benchmarks share."""
