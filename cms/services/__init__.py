"""Reads and writes of the cms, in two halls that do not know each other.

``authoring`` is for who writes content and publishes it into the record, ``learner`` for the pages on which a person
reads, practises and sees where they stand.
"""
