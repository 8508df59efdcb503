"""A page as a reader has it: elements by role and name, so that a sentence is looked for in its place.

    page = main_of(client.get("/today/"))
    page.get("region", "Recall").get("link", "Answer: Question 0?")

Names and texts have their white space collapsed. What is not shown (``hidden``, ``aria-hidden``) is not there.
"""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

VOID = frozenset("area base br col embed hr img input link meta source track use wbr".split())
NOT_TEXT = frozenset("head script style svg template textarea".split())
INLINE = frozenset("a abbr b bdi code em i label mark q small span strong sub sup time wbr".split())
TAGS = {
    "heading": "h1 h2 h3 h4 h5 h6", "link": "a", "button": "button", "listitem": "li", "row": "tr", "table": "table",
    "region": "section nav aside form", "article": "article", "group": "fieldset", "radio": "input",
    "checkbox": "input",
}  # fmt: skip
NAMED_BY_CONTENT = ("heading", "link", "button")
CAPTIONS = {"table": "caption", "group": "legend"}
BOXES = ("radio", "checkbox")


class Element:
    """One element and what it holds."""

    def __init__(self, tag: str, attrs: dict[str, str], parent: Element | None) -> None:
        self.tag, self.attrs, self.parent = tag, attrs, parent
        self.children: list[Element | str] = []

    def below(self) -> Iterator[Element]:
        """Every element below that is shown, in the order of the page."""
        for child in self.children:
            if isinstance(child, Element) and not child.unseen:
                yield child
                yield from child.below()

    @property
    def unseen(self) -> bool:
        return "hidden" in self.attrs or self.attrs.get("aria-hidden") == "true" or self.attrs.get("type") == "hidden"

    @property
    def text(self) -> str:
        """The words that a reader gets."""
        return " ".join("".join(self._pieces()).split())

    def _pieces(self) -> Iterator[str]:
        apart = "" if self.tag in INLINE else " "
        yield apart
        for child in self.children:
            if isinstance(child, str):
                yield child
            elif not child.unseen and child.tag not in NOT_TEXT:
                yield from child._pieces()
        yield apart

    @property
    def cells(self) -> list[str]:
        """The texts of a row's cells, its header first."""
        return [child.text for child in self.below() if child.tag in ("th", "td")]

    def name(self, role: str) -> str:
        """What the element is called: its label, or what it holds where the role is named so; a row by its header."""
        if "aria-label" in self.attrs:
            return self.attrs["aria-label"]
        if "aria-labelledby" in self.attrs:
            wanted = self.attrs["aria-labelledby"].split()
            return " ".join(found.text for found in self._root().below() if found.attrs.get("id") in wanted)
        if role == "row":
            return next((child.text for child in self.below() if child.tag == "th"), "")
        if role in BOXES:
            return self.parent.text if self.parent else ""
        if role in CAPTIONS:
            return next((child.text for child in self.below() if child.tag == CAPTIONS[role]), "")
        return self.text if role in NAMED_BY_CONTENT else ""

    def _root(self) -> Element:
        return self.parent._root() if self.parent else self

    def all(self, role: str) -> list[Element]:
        """Every element with a role."""
        tags = TAGS[role].split()
        found = [one for one in self.below() if one.tag in tags]
        if role == "link":
            return [one for one in found if "href" in one.attrs]
        return [one for one in found if role not in BOXES or one.attrs.get("type") == role]

    def names(self, role: str) -> list[str]:
        """What the elements with a role are called."""
        return [one.name(role) for one in self.all(role)]

    def get(self, role: str, name: str) -> Element:
        """The one element with this role and exactly this name."""
        found = [one for one in self.all(role) if one.name(role) == name]
        assert len(found) == 1, f"{len(found)} times {role} “{name}”; there are {self.names(role)}"
        return found[0]

    def holding(self, role: str, words: str) -> Element:
        """The one element with this role that holds these words; of elements in each other the innermost."""
        every = [one for one in self.all(role) if words in one.text]
        found = [one for one in every if not any(other in every for other in one.below())]
        there = [one.text for one in self.all(role)]
        assert len(found) == 1, f"{len(found)} times {role} with “{words}”; there are {there}"
        return found[0]


class _Reader(HTMLParser):
    """Builds the tree. Every end closes what was begun last: our templates leave out no end."""

    def __init__(self) -> None:
        super().__init__()
        self.root = self.here = Element("", {}, None)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        made = Element(tag, {name: value or "" for name, value in attrs}, self.here)
        self.here.children.append(made)
        if tag not in VOID:
            self.here = made

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.here.children.append(Element(tag, {name: value or "" for name, value in attrs}, self.here))

    def handle_endtag(self, tag: str) -> None:
        assert self.here.tag == tag, f"</{tag}> where <{self.here.tag}> is open"
        assert self.here.parent is not None
        self.here = self.here.parent

    def handle_data(self, data: str) -> None:
        self.here.children.append(data)


def read(markup: str) -> Element:
    """The tree of some HTML."""
    reader = _Reader()
    reader.feed(markup)
    reader.close()
    assert reader.here is reader.root, f"<{reader.here.tag}> is not closed"
    return reader.root


def main_of(answer: Any) -> Element:
    """What stands on a page, without its frame."""
    assert answer.status_code in (200, 409, 422), answer
    return next(one for one in read(answer.content.decode()).below() if one.tag == "main")
