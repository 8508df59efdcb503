"""Takes the pictures of bin/screenshots, which calls it with the project's own Python."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Error, Page, ViewportSize, sync_playwright

PICTURES = Path(__file__).resolve().parents[1] / "docs" / "pictures"
# The README's pictures: name, who looks, at which address, and the link to follow from there.
README = [
    ("learner", "learner", "/", ""),
    ("coach", "coach", "/coach/", ""),
    ("manager", "manager", "/team/", ""),
    ("author", "author", "/cms/pages/search/?q=first+ninety+days", "First ninety days - Account Consultant"),
]
PEOPLE = ["learner", "ready", "notyet", "challenged", "coach", "observer", "manager", "ld", "sponsor", "auditor"]
PHONE: ViewportSize = {"width": 360, "height": 780}
DESK: ViewportSize = {"width": 1280, "height": 860}
UID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
LEFT_ALONE = re.compile(r"/(accounts/logout|cms|static|media|documents)|\.(csv|xlsx)$|/file/")
MISSING = 3


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("--all", type=Path)
    args = parser.parse_args()
    with sync_playwright() as playwright:
        # A build machine runs as root, where Chromium's own sandbox cannot start.
        chromium = playwright.chromium.launch(executable_path=os.environ["CHROMIUM"], args=["--no-sandbox"])
        try:
            take_everything(chromium, args.url, args.all) if args.all else take_for_readme(chromium, args.url)
        except Error as error:
            print(
                f"The demo at {args.url} does not answer as expected: {error.message.splitlines()[0]}", file=sys.stderr
            )
            return MISSING
        finally:
            chromium.close()
    return 0


@contextmanager
def signed_in(chromium: Browser, url: str, who: str, size: ViewportSize = DESK) -> Iterator[Page]:
    """A page on which this demo person has logged in, with one click as the demo offers it."""
    context = chromium.new_context(viewport=size, base_url=url, locale="en-GB")
    page = context.new_page()
    page.goto("/accounts/login/")
    page.click(f'form:has(input[name=login][value="{who}@aldermoor.example"]) button')
    page.wait_for_load_state()
    yield page
    context.close()


def take_for_readme(chromium: Browser, url: str) -> None:
    for name, who, address, link in README:
        with signed_in(chromium, url, who) as page:
            page.goto(address)
            if link:
                page.get_by_role("link", name=link).first.click()
            page.wait_for_load_state("networkidle")
            page.screenshot(path=PICTURES / f"{name}.png")
            print(f"docs/pictures/{name}.png")


def take_everything(chromium: Browser, url: str, folder: Path) -> None:
    """Each address once, whatever it is about, by whoever comes to it first."""
    folder.mkdir(parents=True, exist_ok=True)
    taken: set[str] = set()
    for who in PEOPLE:
        with signed_in(chromium, url, who) as page:
            ahead = ["/"]
            while ahead:
                address = ahead.pop(0)
                name = name_of(address)
                if f"{who} {name}" in taken or (name in taken and name != "home"):
                    continue
                taken |= {name, f"{who} {name}"}
                answer = page.goto(address)
                if answer is None or answer.status != 200:
                    continue
                take(page, folder / f"{name if name != 'home' else f'home-{who}'}")
                links = page.eval_on_selector_all("a[href]", "found => found.map(link => link.getAttribute('href'))")
                ahead += [link.split("#")[0] for link in links if ours(link)]
        print(f"{who}: {len(taken)} addresses so far", flush=True)


def ours(link: str) -> bool:
    """Whether a link leads to a screen of the site itself."""
    return link.startswith("/") and not LEFT_ALONE.search(urlsplit(link).path)


def name_of(address: str) -> str:
    """What an address is called as a file: its path, with the same word for every uid."""
    path = UID.sub("one", urlsplit(address).path).strip("/")
    return path.replace("/", "-") or "home"


def take(page: Page, name: Path) -> None:
    for size_name, size in (("phone", PHONE), ("desk", DESK)):
        page.set_viewport_size(size)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            page.screenshot(path=f"{name}-{size_name}-{scheme}.png", full_page=True)
    page.set_viewport_size(DESK)
    page.emulate_media(color_scheme="light")


if __name__ == "__main__":
    sys.exit(main())
