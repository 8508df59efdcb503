"""Compiling: what authors published becomes versions in the record.

``compile_source`` is the one way in. Each module turns one kind of source into specs and hands them to the floors
below, which compare digests and write nothing when nothing changed.
"""

from .run import (
    compile_all,
    compile_quietly,
    compile_state,
    content_left,
    content_moved,
    open_failures,
    published_went_through,
    retry_compiling,
    stale_sources,
)

__all__ = [
    "compile_all",
    "compile_quietly",
    "compile_state",
    "content_left",
    "content_moved",
    "open_failures",
    "published_went_through",
    "retry_compiling",
    "stale_sources",
]
