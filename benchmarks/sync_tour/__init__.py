"""A tour of the sync: real commands on real sites, written down with what they print."""
