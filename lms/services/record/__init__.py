"""The learning record: published versions, enrolments, steps, gates, and how far somebody is.

It is what everybody above asks and writes down. How people are told, logged in and logged is ``platform``.
"""
