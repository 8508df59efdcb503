"""Reads how people stand from the pages themselves: the words beside the ladders, and the links of what comes next."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from django.test import Client

from tests.markup import markup

ROW = re.compile(r'data-testid="(?:skill|gate)-[\w-]+"(.*?)(?=data-testid="(?:skill|gate)-|</main>)', re.S)
MOVE = re.compile(r'<a href="([^"]+)" data-move>(.*?)</a>|<span data-move>(.*?)</span>', re.S)
NAMED_DAY = re.compile(
    r"\d{1,2} (January|February|March|April|May|June|July|August|September|October|November|December)"
)


def text(piece: str) -> str:
    """The words of a piece of a page."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", piece)).split())


def main_of(client: Client, url: str) -> str:
    """What stands on a page, without its frame; a page that is somewhere else is followed to."""
    answer = client.get(url, follow=True)
    assert answer.status_code == 200, url
    page = markup(answer)
    return page[page.index("<main") : page.index("</main>") + len("</main>")]


def words_of(page: str) -> dict[str, str]:
    """The word of each skill by its title, from My skills, the invoice or the coach's page of a person."""
    found = {}
    for row in ROW.findall(page):
        title = re.search(r'<h3 class="row__title">(.*?)</h3>|<th scope="row"[^>]*><span>(.*?)</span>', row, re.S)
        word = re.search(
            r'class="skill__word">\s*<b[^>]*>(.*?)</b>|class="standing__word[^"]*">(.*?)</span>', row, re.S
        )
        assert title is not None
        assert word is not None
        found[text(title[1] or title[2])] = text(word[1] or word[2])
    return found


def team_words(page: str) -> dict[tuple[str, str], dict[str, str]]:
    """The same from the team's page, by address of the person on that path and their line."""
    found = {}
    for table in re.findall(r'<table class="grid".*?</table>', page, re.S):
        heads = re.findall(r'<th scope="col">(.*?)(?:<br>.*?)?</th>', table, re.S)[1:]
        for row in re.findall(r"<tr data-testid.*?</tr>", table, re.S):
            address = re.search(r'class="who-name" href="([^"]+)"', row)
            line = re.search(r'class="ink-2">(.*?)</span>', row, re.S)
            words = re.findall(r'<td><a href="[^"]+" title="[^"]*">.*?</svg>\s*<span>(.*?)</span>', row, re.S)
            assert address is not None
            assert line is not None
            titles = [text(head) for head in heads]
            found[address[1], text(line[1])] = dict(zip(titles, map(text, words), strict=True))
    return found


def moves_of(page: str) -> Iterator[tuple[str, str]]:
    """Every sentence about what comes next with its address ("" where it is no link)."""
    for url, linked, plain in MOVE.findall(page):
        yield text(linked or plain), html.unescape(url)


def next_card(page: str) -> str:
    """The address of the one next thing on Today; "" where there is none."""
    found = re.search(r'data-testid="next-step".*?<a class="btn btn--you" href="([^"]+)"', page, re.S)
    return html.unescape(found[1]) if found else ""


def can_be_done(page: str) -> bool:
    """Whether a page holds an open form."""
    return re.search(r'<form[^>]*method="post"', page) is not None
