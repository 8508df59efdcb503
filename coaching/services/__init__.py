"""Reads and writes of helping, one module a subject."""
