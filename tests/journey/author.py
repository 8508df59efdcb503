"""What authors do in Wagtail's admin, with keyboard and mouse."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from .site import Person


def open_editor(author: Person, title: str) -> Any:
    """Look for a page by its title and open it; the page is there when its preview could be shown."""
    page = author.page
    author.go(f"/cms/pages/search/?{urlencode({'q': title})}")
    page.get_by_role("link", name=title, exact=True).first.click()
    page.get_by_role("button", name="Toggle preview").wait_for()
    return page


def preview(author: Person, words: str) -> None:
    """Open the preview beside the form and read these words there."""
    panel = author.page.get_by_role("button", name="Toggle preview")
    if panel.get_attribute("aria-expanded") != "true":
        panel.click()
    author.page.frame_locator("iframe.w-preview__iframe >> nth=-1").get_by_text(words).first.wait_for()
    panel.click()


def publish(author: Person) -> None:
    """From the menu beside "Save draft"; what the admin says to that is for whoever calls."""
    page = author.page
    page.get_by_role("button", name="More actions").click()
    with page.expect_navigation():
        page.get_by_role("button", name="Publish", exact=True).click()


def publish_well(author: Person, title: str) -> None:
    """Publish, and be told that it is."""
    publish(author)
    author.page.get_by_text(f"Page '{title}' has been published").wait_for()
