"""The reader of pages (``tests/page.py``): what is in its place is found, and nothing else."""

from __future__ import annotations

import pytest

from tests.page import read

PAGE = read("""
<h1>Day 23 <small>of 60</small></h1>
<section aria-labelledby="next"><h2 id="next">Next</h2>
  <ul><li>Read it. <a href="/read/">Begin<span class="vh">: Lesson 1</span></a></li><li>Wait.<br>Long.</li></ul>
  <p hidden>Not shown</p><a>No address</a><span aria-hidden="true">Not said</span>
</section>
<form aria-label="Later"><button type="submit">
  Send   it</button><label><input type="radio" name="level" value="1">May watch</label></form>
<table><caption>Terms</caption><tr><th scope="row">Total</th><td>3</td><td><b>180</b></td></tr></table>
<article><header>Ana</header><p>Ask &lt;b&gt; them.</p></article>
""")


def test_elements_are_found_by_role_and_name_with_their_words() -> None:
    assert PAGE.names("heading") == ["Day 23 of 60", "Next"]
    assert PAGE.names("region") == ["Next", "Later"]
    assert PAGE.get("link", "Begin: Lesson 1").attrs["href"] == "/read/"
    assert PAGE.names("link") == ["Begin: Lesson 1"]
    assert PAGE.get("region", "Later").names("button") == ["Send it"]
    assert PAGE.names("radio") == ["May watch"]
    assert PAGE.get("table", "Terms").get("row", "Total").cells == ["Total", "3", "180"]
    assert [item.text for item in PAGE.all("listitem")] == ["Read it. Begin: Lesson 1", "Wait. Long."]
    assert PAGE.holding("article", "Ana").text == "Ana Ask <b> them."


def test_what_is_hidden_has_no_words() -> None:
    assert "Not" not in PAGE.text
    assert PAGE.get("region", "Next").text == "Next Read it. Begin: Lesson 1 Wait. Long. No address"


@pytest.mark.parametrize(("role", "name"), [("link", "Begin"), ("button", "Begin: Lesson 1"), ("heading", "Day 23")])
def test_another_name_or_role_is_not_found_and_it_is_told_what_is_there(role: str, name: str) -> None:
    with pytest.raises(AssertionError, match=f"0 times {role} “{name}”; there are"):
        PAGE.get(role, name)


def test_words_in_another_place_are_not_found() -> None:
    with pytest.raises(AssertionError, match="0 times listitem"):
        PAGE.get("region", "Later").holding("listitem", "Read it.")
    with pytest.raises(AssertionError, match="2 times listitem"):
        PAGE.holding("listitem", "a")


@pytest.mark.parametrize("markup", ["<p><b>x</p>", "<p>x", "x</p>"])
def test_an_end_that_is_missing_or_too_many_is_an_error(markup: str) -> None:
    with pytest.raises(AssertionError, match=r"is open|is not closed"):
        read(markup)
