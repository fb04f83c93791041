"""Floor 3: bytes of a page or a file in; title, blocks, links and fields out."""
