"""Reads and writes of judging, one module a subject."""
