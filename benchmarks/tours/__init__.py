"""Tours of what the crawler does: real commands on real sites, written down with what they print."""
