"""Who asks: keys, tokens, sign-in on the page, back ends that act for a user. Never more than was proven."""
