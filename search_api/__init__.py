"""Floor 4: who asks, what they mean, what they may read, and how it is shown."""
