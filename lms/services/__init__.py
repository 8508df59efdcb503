"""Reads and writes of the record, one module a subject."""
