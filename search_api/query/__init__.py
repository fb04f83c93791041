"""From what was sent to a question, and from hits to what is shown: pure functions."""
