"""Floor 3: chunk, embed, keep segments; retrieve and fuse."""
