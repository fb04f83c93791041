"""HTML: bytes to text, links, metadata and main content, on one lexbor parse and one walk of the tree."""
