"""Pure decisions about URLs: what one is, whether it is wanted or may be reached, when to retry."""
