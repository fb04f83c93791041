"""What operators put beside the results: featured documents, questions with their answers."""
