"""What a browser complains about while somebody works: the site's policy broken, errors, what could not be had."""

from __future__ import annotations

from typing import Any

LISTEN = """document.addEventListener("securitypolicyviolation", (event) =>
    console.error("REFUSED " + event.violatedDirective + " " + event.blockedURI + " " + event.sample));"""
REFUSED = "Failed to load resource: the server responded"


def listen(page: Any, said: list[str]) -> None:
    """From now on, whatever this tab complains about is added to ``said``.

    That a page itself is refused, not there or invalid is an answer, and the tests read it; that something which a page
    needs is, is a complaint.
    """

    def hear(text: str) -> None:
        # An open editor of Wagtail asks in the background for its sessions; whoever goes on does not wait for it.
        if not text.startswith(REFUSED) and not ("/cms/" in page.url and "Failed to fetch" in text):
            said.append(f"{page.url}: {text}")

    def look(response: Any) -> None:
        # Wagtail's editor sends its form to its own address without leaving the page.
        itself = response.request.is_navigation_request() or response.url == page.url
        if response.status >= 400 and not itself:
            said.append(f"{page.url}: {response.status} for {response.url}")

    page.add_init_script(LISTEN)
    page.on("console", lambda line: hear(line.text) if line.type == "error" else None)
    page.on("pageerror", lambda error: hear(str(error)))
    page.on("response", look)
