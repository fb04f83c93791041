"""Pages as their scripts leave them: one Chromium without a network of its own, whose requests are all ours."""
