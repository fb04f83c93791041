"""Files of many programs: what is read of them, what is refused."""
