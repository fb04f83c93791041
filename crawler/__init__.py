"""Floor 4: from seeds to stored documents: frontier, fetch, decide, record."""
