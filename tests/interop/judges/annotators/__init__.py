"""A Django application whose users have a name, a token, and an address to log in by."""
