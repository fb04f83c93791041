"""The formats of what tunes the search: synonyms, featured results, questions and answers, boosts."""
