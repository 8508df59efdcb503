"""Loading the curriculum of ``curriculum/`` into pages and snippets, by the same route as authors."""

from .run import LoadReport, load_curriculum, load_in_pieces, pieces_of

__all__ = ["LoadReport", "load_curriculum", "load_in_pieces", "pieces_of"]
