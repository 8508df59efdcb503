"""Screens of judging, one module a subject."""
