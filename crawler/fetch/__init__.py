"""From a task to an outcome over HTTP: guarded connections, capped bodies, one table of faults."""
