"""Looks at a page as axe does, at the widths and in the colours that people have, and goes through it by keyboard."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import axe_playwright_python

from .hearing import listen

PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 800}
TABLET = {"width": 780, "height": 740}
NARROWEST = {"width": 320, "height": 640}
Looks = list[tuple[dict[str, int], str]]
ONCE: Looks = [(PHONE, "light")]
TWICE: Looks = [*ONCE, (DESK, "dark")]
"""Where things stand depends on the width, which colour they have on the scheme: both are seen in two looks of four."""
WITH_A_TABLET: Looks = [*TWICE, (TABLET, "light")]
"""For tables that move sideways under their first column."""
CROSSED: Looks = [*WITH_A_TABLET, (PHONE, "dark"), (DESK, "light")]

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = """async (tags) => {
  const only = {runOnly: {type: "tag", values: tags}, resultTypes: ["violations"], preload: false};
  const said = (rule) => (one) => [rule.id, one.target.join(" "), one.html, one.failureSummary].join(" | ");
  return (await axe.run(document, only)).violations.flatMap((rule) => rule.nodes.map(said(rule)));
}"""
UNFOLD = "for (const fold of document.querySelectorAll('main details')) fold.open = true"
SIDEWAYS = """() => {
  const over = document.scrollingElement.scrollWidth - innerWidth;
  const out = [...document.querySelectorAll("body *")].filter((one) => one.getBoundingClientRect().right > innerWidth);
  return over > 0 ? out.slice(0, 4).map((one) => `${over} too wide: ${one.tagName}.${one.className}`) : [];
}"""

SEEN = """(one) => {
  // A choice is one area with its label: the ring is around all of it.
  const area = one.closest(".choice") ?? one, style = getComputedStyle(area), box = area.getBoundingClientRect();
  const name = `${one.tagName}.${one.className} ${(one.textContent || one.name || "").trim().slice(0, 40)}`;
  if (style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 2) return `${name}: no ring`;
  // Of a link that breaks, its first line; of something high, what of it is in the window.
  const line = area.getClientRects()[0], top = Math.max(line.top, 0), end = Math.min(line.bottom, innerHeight);
  if (end - top < Math.min(line.height, 20) - 1) return `${name}: outside of the window, ${line.top} to ${line.bottom}`;
  const wide = Math.min(box.right, innerWidth) - Math.max(box.left, 0);
  if (wide < box.width / 2) return `${name}: beside the window, ${box.left} to ${box.right}`;
  const hit = document.elementFromPoint((line.left + line.right) / 2, (top + end) / 2);
  return hit && (area.contains(hit) || hit.contains(area)) ? null : `${name}: covered by ${hit?.className}`;
}"""
FOCUS = f"document.activeElement.matches('body, main') ? null : ({SEEN})(document.activeElement)"
"""What is wrong with where the focus is; nothing when it is nowhere yet, or where the skip link leads."""
STOPS = f"""() => {{
  const found = [];
  const all = document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']");
  for (const one of [...all, ...[...all].reverse()]) {{
    one.focus();
    if (document.activeElement === one) found.push(({SEEN})(one));
  }}
  document.activeElement.blur();
  return found.filter(Boolean);
}}"""
"""The same at every stop of a page, there and back; what is hidden or disabled takes no focus."""


class Looking:
    """A tab of a browser that nobody works with."""

    def __init__(self, browser: Any) -> None:
        # Without motion a colour is there at once, and not on its way.
        self.context = browser.new_context(viewport=PHONE, locale="en-GB", reduced_motion="reduce")
        self.page = self.context.new_page()
        self.said: list[str] = []
        listen(self.page, self.said)

    def look(self, url: str, looks: Looks = TWICE) -> dict[str, list[str]]:
        """What is wrong with a page with everything on it unfolded: ``axe``, ``focus``, ``sideways``, ``said``."""
        page = self.page
        self.said.clear()
        page.goto(url)
        page.evaluate(UNFOLD)
        page.evaluate(AXE)
        found, lost = set[str](), set[str]()
        for viewport, scheme in looks:
            page.set_viewport_size(viewport)
            page.emulate_media(color_scheme=scheme)
            lost.update(page.evaluate(STOPS))
            found.update(page.evaluate(RUN, TAGS))
        page.set_viewport_size(NARROWEST)
        wrong = {"axe": found, "focus": lost, "sideways": page.evaluate(SIDEWAYS), "said": self.said}
        return {kind: sorted(lines) for kind, lines in wrong.items() if lines}

    def leave(self) -> None:
        """Close the tab."""
        self.context.close()
