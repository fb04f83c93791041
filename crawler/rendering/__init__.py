"""Pages as their scripts leave them: a Chromium without a network, whose every request is one of ours."""
