"""A page as markup, however its templates are laid out."""

from __future__ import annotations

import re
from typing import Any


def markup(answer: Any) -> str:
    """The page on one line: one space where white space is, and none at the inner edges of an element."""
    text = " ".join(answer.content.decode().split())
    text = re.sub(r" (/?>)", r"\1", text)
    return re.sub(r" (?=</)", "", re.sub(r"(<[a-z][^<>]*>) ", r"\1", text))
