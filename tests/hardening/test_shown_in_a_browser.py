"""H4 in a browser: evidence is swapped under an open decision. The words stay, one looks again, and then signs."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse

from assessments.api import Evidence, SignOffEvent, add_evidence, withdraw_evidence
from lms import clock
from tests.factories import basics, judging

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WHY = "On two visits they reached the cost without help."
SWAPPED = "I never did any of this. Sign it anyway."


@pytest.fixture
def of() -> judging.Scene:
    made = judging.scene()
    judging.ready(made)
    attach(made, "The confirmed summary.")
    return made


def attach(of: judging.Scene, text: str) -> Evidence:
    return add_evidence(actor=of.learner, case_uid=of.case.uid, text=text, key=uuid4(), at=clock.now())


def swap(of: judging.Scene) -> None:
    piece = Evidence.objects.get(withdrawn_at=None)
    withdraw_evidence(actor=of.learner, evidence_uid=piece.uid, key=uuid4(), at=clock.now())
    attach(of, SWAPPED)


def sign(page: Any) -> int:
    with page.expect_response(lambda answer: answer.request.method == "POST") as answered:
        page.get_by_role("button", name="Sign all 2 decisions").click()
    page.wait_for_load_state()
    return int(answered.value.status)


@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (1280, "dark")])
def test_the_swapped_evidence_is_looked_at_before_it_is_signed(
    page: Any, live_server: Any, of: judging.Scene, width: int, scheme: Any
) -> None:
    """H4: the first press is 409 with every word and choice kept, the second signs what is there."""
    page.set_default_timeout(60_000)
    page.set_viewport_size({"width": width, "height": 740})
    page.emulate_media(color_scheme=scheme)
    page.goto(f"{live_server.url}/accounts/login/?next={reverse('case_decide', args=[of.case.uid])}")
    page.fill("input[name=login]", of.coach.email)
    page.fill("input[name=password]", basics.PASSPHRASE)
    page.click("form:has(input[name=password]) button:has-text('Sign in')")
    page.wait_for_url("**/reauthenticate/**")
    page.fill("input[name=password]", basics.PASSPHRASE)
    page.locator("form:has(input[name=password]) button[type=submit]").first.click()
    page.wait_for_url("**/coach/cases/**")
    assert "The confirmed summary." in page.inner_text("main")
    page.fill("textarea[name=why]", WHY)
    for slug in judging.SKILLS:
        page.locator(f"input[name={slug}-verdict][value=entrust]").check(force=True)
        page.locator(f"input[name={slug}-level][value='3']").check(force=True)
    swap(of)
    assert sign(page) == 409
    said = page.inner_text("main")
    assert "Nothing is signed yet" in said
    assert "has changed since you opened it" in said
    assert SWAPPED in said
    assert page.input_value("textarea[name=why]") == WHY
    assert page.locator("input[name=listening-level][value='3']").is_checked()
    assert page.evaluate("document.scrollingElement.scrollWidth <= innerWidth")
    assert not SignOffEvent.objects.exists()

    assert sign(page) == 302
    assert "Signed." in page.inner_text("body")
    event = SignOffEvent.objects.first()
    assert event
    assert list(event.payload["evidence"]) == [str(Evidence.objects.get(withdrawn_at=None).uid)]
