"""The way out by a proxy: which sites go by which, and how each kind is spoken to."""
