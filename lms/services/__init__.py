"""Reads and writes of the ground floor, in two halves: ``record`` stands on ``platform``."""
