"""Reads and writes of what authors make, and publishing it into the record."""
