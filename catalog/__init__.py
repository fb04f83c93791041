"""Floor 2: what is known: ledger, documents, chunks, access lists, runs, commands."""
