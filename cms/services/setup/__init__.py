"""Setting an installation up: which of the six steps are done, and how the library begins.

It asks every floor and keeps only the choice between the starter curriculum and an empty library, with how far its load
is. What a step is about is done on that step's own pages, by the services of their floors.
"""
