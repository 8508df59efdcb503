"""Views of the learning record."""
