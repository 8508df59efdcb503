"""The ledger: events of sign-offs, who had the right to add them, and what follows from them.

Events are added to a learner's chain of hashes, countersigned, revoked and, by two administrators, emptied of their
words; triggers guard the tables. It does not decide what deserves a sign-off (``cases``).
"""
