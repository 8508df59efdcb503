"""Is this installation well? One list of checks, asked by ``manage.py doctor`` and by the page Operations.

``finding`` is the shape of a check and of what it finds, and the list; ``machine``, ``frame`` and ``running`` are the
checks of this floor. Each looks at one thing and changes nothing. What only another floor knows (the ledger, what was
published), or what only a task queue can ask, is registered from there.
"""
