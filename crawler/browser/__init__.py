"""Chromium as a guest of the crawl: it leaves by our way out, signs in where scripts are needed, and ends."""
