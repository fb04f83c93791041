"""`crawler schedule`: what is due runs, in processes of its own, and what the service asks for is done."""
