"""What lies on the authors' desks today: a change to a scenario that waits for its review."""

from __future__ import annotations

from cms.models import ScenarioPage
from cms.services.authoring.review import submit_for_review

from . import words
from .company import Company


def write_drafts(company: Company) -> None:
    """Each author with a draft changes the first words of their scenario and hands the draft in."""
    for doc in company.curriculum.people:
        if doc.state.kind != "author-with-draft":
            continue
        author = company.people[doc.id]
        page = ScenarioPage.objects.get(slug=str(doc.state.details["scenario"]))
        first = page.nodes[0]
        first.value["says"] = f"{first.value['says']}{words.DRAFT}"
        page.save_revision(user=author, log_action=True)
        page.refresh_from_db()
        submit_for_review(page, author)
