"""Blocks of the pages and snippets. They name what they choose by string and know no models."""
