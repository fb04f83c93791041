"""Measurements: each module prints as its last line one JSON object; `benchmarks.run_all` runs them all."""
