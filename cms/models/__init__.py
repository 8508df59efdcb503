"""What authors write: pages, snippets, pictures, and what went wrong when compiling them."""

from .media import CustomDocument, CustomImage, CustomRendition

__all__ = ["CustomDocument", "CustomImage", "CustomRendition"]
