"""Sitemaps and feeds: what they list, whoever wrote them how badly; pure, without I/O."""
