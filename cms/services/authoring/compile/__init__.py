"""Compiling: what authors published becomes versions in the record.

``compile_source`` is the one way in. Each module turns one kind of source into specs and hands them to the floors
below, which compare digests and write nothing when nothing changed.
"""

from .run import compile_all, compile_quietly, leave, moved, open_failures, retry, stale_sources, state_of

__all__ = ["compile_all", "compile_quietly", "leave", "moved", "open_failures", "retry", "stale_sources", "state_of"]
