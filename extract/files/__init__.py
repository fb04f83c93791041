"""Files: PDF, Office, mail, e-books, data and text, by kreuzberg; its import is left to the first file."""
