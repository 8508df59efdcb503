"""Where people stand: readiness, what holds it up and what moves it next, for one person, a team and a coach's queue.

Everything is worked out from rows that other halls and floors wrote; the one write here, ``rebuild``, makes gates again
from the facts.
"""
