"""Somebody with a keyboard and nothing else; at every stop they must see where they are."""

from __future__ import annotations

from typing import Any

from .hearing import listen
from .looking import FOCUS

STOPS = 150
"""More than any page has; who has pressed Tab so often goes in a circle."""


class Keys:
    """A browser without a mouse."""

    def __init__(self, page: Any, home: str) -> None:
        self.page, self.home = page, home
        self.said: list[str] = []
        page.set_viewport_size({"width": 1280, "height": 720})
        page.set_default_timeout(10_000)
        listen(page, self.said)

    def open(self, path: str) -> None:
        """Type an address. Only to begin with: from there on links lead."""
        self.page.goto(f"{self.home}{path}")

    def press(self, key: str) -> None:
        """A key, and a look at where the focus is then."""
        self.page.keyboard.press(key)
        assert (wrong := self.page.evaluate(FOCUS)) is None, f"{wrong} after {key} on {self.page.url}"

    def go_to(self, selector: str, words: str = "", *, back: bool = False) -> None:
        """Press Tab until the focus is on the first such element with these words."""
        wanted = self.page.locator(selector).filter(has_text=words) if words else self.page.locator(selector)
        wanted.first.wait_for()
        for _stop in range(STOPS):
            if wanted.evaluate_all("all => all.includes(document.activeElement)"):
                return
            self.press("Shift+Tab" if back else "Tab")
        raise AssertionError(f"No key leads to {selector} {words} on {self.page.url}")

    def choose(self, name: str, words: str = "") -> None:
        """Of a group of radio buttons, which is one stop, the one with these words; without words the first."""
        self.go_to(f"input[type=radio][name='{name}']")
        label = "document.activeElement.labels[0].innerText"
        for _option in range(20):
            if words in self.page.evaluate(label):
                break
            self.press("ArrowDown")
        else:
            raise AssertionError(f"{name} has no {words}")
        self.press("Space")
        assert self.page.evaluate("document.activeElement.checked")

    def tick(self, selector: str) -> None:
        self.go_to(selector)
        self.press("Space")
        assert self.page.evaluate("document.activeElement.checked")

    def write(self, selector: str, words: str) -> None:
        """Into a field."""
        self.go_to(selector)
        self.page.keyboard.type(words)

    def follow(self, selector: str, words: str = "", key: str = "Enter") -> None:
        """A link or a button, and the page that it leads to."""
        self.go_to(selector, words)
        with self.page.expect_navigation():
            self.page.keyboard.press(key)

    def sign_in(self, email: str, passphrase: str) -> None:
        """At the front door."""
        self.write("input[name=login]", email)
        self.write("input[name=password]", passphrase)
        self.follow("main button[type=submit]:not([form])", "Sign in")

    def heading(self) -> str:
        return " ".join(self.page.inner_text("h1").split())
