"""Floor 1: `connectors.yaml` as frozen, validated settings."""
