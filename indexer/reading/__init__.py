"""Reading a passage for the words that answer a question."""
