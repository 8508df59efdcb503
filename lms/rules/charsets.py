"""What a request says about its letters: everything is UTF-8 here, as every browser sends it.

Python knows other "charsets" (hex, rot13, idna), which are no charsets, and stops while it reads a form with them.
"""

from __future__ import annotations

UTF_8 = ("utf-8", "utf8")


def is_utf_8(content_type: str) -> bool:
    """Whether this Content-Type names no other charset, neither plainly nor by a parameter that brings one along."""
    parameters = [part.partition("=") for part in content_type.split(";")[1:]]
    return not any(
        "*" in name or (name.strip().lower() == "charset" and value.strip(' \t"').lower() not in UTF_8)
        for name, _, value in parameters
    )
