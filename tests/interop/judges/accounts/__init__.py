"""A Django application with a user model of its own, as books and project templates write it."""
