"""Loading the curriculum of ``curriculum/`` into pages and snippets, by the same route as authors."""

from .run import Report, load_curriculum

__all__ = ["Report", "load_curriculum"]
