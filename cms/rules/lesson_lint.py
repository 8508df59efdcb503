"""Does this lesson hold what a learner needs, in a length that is read? Pure, over the blocks of a lesson."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from django.utils.translation import gettext as _

from .findings import Finding, Where

BODY_WORDS = (300, 500)
PARAGRAPH_WORDS = (60, 160)
NEEDED: tuple[tuple[str, ...], ...] = (
    ("paragraph",),
    ("example",),
    ("recall",),
    ("quote_rule",),
    ("pause", "tryit"),
    ("contrast", "figure"),
)
"""Kinds of blocks, one of each of which no lesson goes without."""
_WORD = re.compile(r"\w[\w'’,.-]*")


@dataclass(frozen=True, slots=True)
class MarkSpec:
    """A mark of a figure; ``value`` for bars and lines, ``total`` for a bar that closes those before it."""

    label: str
    value: float | None = None
    total: bool = False


@dataclass(frozen=True, slots=True)
class BlockSpec:
    """A block of a lesson: all that a reader meets in it as plain text, and the marks of a figure on a scale."""

    kind: str
    texts: tuple[str, ...] = ()
    marks: tuple[MarkSpec, ...] = ()


def count_words(text: str) -> int:
    """How many words a text has; figures count, signs that stand alone do not."""
    return len(_WORD.findall(text))


def body_words(blocks: Sequence[BlockSpec]) -> int:
    """The words that a reader meets in the body of a lesson, answers and alternatives included."""
    return sum(count_words(text) for block in blocks for text in block.texts)


def check_lesson(blocks: Sequence[BlockSpec], name: Callable[[str], str]) -> Iterator[Finding]:
    """Advice, and a refusal where a figure says something untrue. ``name`` tells what a kind of block is called."""
    kinds = {block.kind for block in blocks}
    for needed in NEEDED:
        if not kinds & set(needed):
            what = _(" or ").join(name(kind) for kind in needed)
            yield Finding(_("The lesson lacks %(what)s; add one.") % {"what": what}, refuses=False)
    total = body_words(blocks)
    if not BODY_WORDS[0] <= total <= BODY_WORDS[1]:
        words = {"count": total, "least": BODY_WORDS[0], "most": BODY_WORDS[1]}
        sentence = _("The body has %(count)d words; bring it to %(least)d-%(most)d.")
        yield Finding(sentence % words, refuses=False)
    for number, block in enumerate(blocks):
        if block.kind == "paragraph":
            yield from _check_length(block, ("body", number))
        yield from _check_marks(block, ("body", number, "data"))


def _check_length(block: BlockSpec, where: Where) -> Iterator[Finding]:
    count = sum(count_words(text) for text in block.texts)
    if not PARAGRAPH_WORDS[0] <= count <= PARAGRAPH_WORDS[1]:
        words = {"count": count, "least": PARAGRAPH_WORDS[0], "most": PARAGRAPH_WORDS[1]}
        sentence = _("This paragraph has %(count)d words; bring it to %(least)d-%(most)d.")
        yield Finding(sentence % words, refuses=False, where=(*where, "text"))


def _check_marks(block: BlockSpec, where: Where) -> Iterator[Finding]:
    """A total equals the sum of the bars before it, and no two marks on a scale are called alike."""
    running = Fraction(0)
    for number, mark in enumerate(block.marks):
        if mark.value is None:
            continue
        value = Fraction(str(mark.value))
        if not mark.total:
            running += value
        elif value != running:
            words = {"label": mark.label, "sum": f"{float(running):g}"}
            sentence = _("“%(label)s”: this total must be %(sum)s, the sum of the bars before it; change it.")
            yield Finding(sentence % words, where=(*where, number, "value"))
    for label, count in Counter(mark.label for mark in block.marks).items():
        if count > 1:
            sentence = _("The label “%(label)s” stands %(count)d times; make the labels differ.")
            yield Finding(sentence % {"label": label, "count": count}, refuses=False, where=where)
