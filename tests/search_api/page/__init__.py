"""The pages for people: what they show, and how they behave in a real Chromium."""
