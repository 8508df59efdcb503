"""Words that are 40 % longer still fit on a narrow phone: no page of 320 pixels scrolls sideways."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from tests.factories import learners

from .pseudo import pseudo_language

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PAGES = ("home", "path", "skills", "requests", "exchange", "who_sees", "my_people")
WIDER = """() => {
  const wide = document.documentElement.clientWidth;
  const out = [...document.querySelectorAll("main *, header *, footer *")].filter((one) => {
    const box = one.getBoundingClientRect();
    return box.right > wide + 1 && box.width > 1 && !one.closest(".table-scroll, .vh");
  });
  const over = document.documentElement.scrollWidth - wide;
  const said = (one) => `${one.tagName}.${one.className} ${one.textContent.trim().slice(0, 50)}`;
  return over > 0 ? [over, ...out.slice(0, 4).map(said)] : [];
}"""


@pytest.fixture
def narrow(browser: Any) -> Iterator[Any]:
    """A tab as wide as the narrowest phone."""
    context = browser.new_context(viewport={"width": 320, "height": 640})
    yield context.new_page()
    context.close()


def test_long_words_fit_into_a_narrow_window(narrow: Any, live_server: Any) -> None:
    with pseudo_language():
        client = Client()
        client.force_login(learners.learner_on_path().learner)
        cookie = {"name": settings.SESSION_COOKIE_NAME, "value": client.session.session_key, "url": live_server.url}
        narrow.context.add_cookies([cookie])
        found = {}
        for name in PAGES:
            assert narrow.goto(f"{live_server.url}{reverse(name)}").status == 200
            assert "⟦" in narrow.text_content("body")
            if wider := narrow.evaluate(WIDER):
                found[name] = wider
    assert found == {}
