"""Days, times and numbers follow the reader's language; in English pages look as this house writes."""

from __future__ import annotations

import html
import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings as project
from django.urls import reverse
from django.utils import translation

from assessments.api import publish_calibration, take_calibration
from assessments.rules.specs import CalibrationItemSpec, CalibrationSpec
from lms.api import User
from lms.rules import said
from lms.templatetags.vouch import day, moment, number
from tests.clients import log_in
from tests.factories import basics, coaching, paths, people

DAY = date(2026, 3, 2)
HALF_PAST_THREE = datetime(2026, 3, 2, 15, 30, tzinfo=UTC)
TEMPLATES = Path(project.BASE_DIR) / "templates"


@pytest.fixture
def german(settings: Any) -> None:
    """The site with a second language."""
    settings.LANGUAGES = [("en", "English"), ("de", "Deutsch")]


def page(who: User, url: str, language: str) -> str:
    """What somebody who reads that language sees."""
    User.objects.filter(pk=who.pk).update(locale=language)
    response = log_in(who).get(url)
    assert response.status_code == 200
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


WAYS = {
    "": ("2 March 2026", "2. März 2026"),
    "short": ("2 March", "2. März"),
    "week": ("Monday 2 March", "Montag 2. März"),
    "week year": ("Monday 2 March 2026", "Montag 2. März 2026"),
    "list": ("2 Mar 2026", "02.03.2026"),
}


@pytest.mark.parametrize("how", WAYS)
@pytest.mark.parametrize(("place", "language"), [(0, "en"), (1, "de")])
def test_a_day_is_said_as_the_language_says_it(how: str, place: int, language: str) -> None:
    with translation.override(language):
        assert day(DAY, how) == WAYS[how][place]
        assert moment(HALF_PAST_THREE, how) == f"{WAYS[how][place]}, 15:30"
        assert day(None, how) == moment(None, how) == ""


def test_how_a_weekday_joins_a_date_is_a_sentence_to_translate() -> None:
    with pytest.MonkeyPatch.context() as bent:
        bent.setattr(said, "pgettext", lambda context, message: "%(weekday)s, %(day)s")
        assert said.whole_day(DAY) == "Monday, 2 March 2026"


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "shown"), [("en", "2 March 2026"), ("de", "2. März 2026")])
def test_a_page_says_a_day_in_the_language_of_its_reader(german: None, language: str, shown: str) -> None:
    scene = coaching.help_scene()
    promise = coaching.commitment(scene.enrolment, "trust", by_on=DAY)
    text = page(scene.learner, reverse("commitment", args=[promise.uid]), language)
    assert shown in text


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "shown"), [("en", "Agreement 1.00"), ("de", "Agreement 1,00")])
def test_a_page_writes_a_decimal_as_the_language_does(german: None, language: str, shown: str) -> None:
    paths.skill("listening")
    uid, who = basics.uid("vignettes"), people.person("Ana")
    items = tuple(CalibrationItemSpec(f"scene-{n}", f"Visit {n}.", n % 5 + 1, f"Since {n}.") for n in range(10))
    spec = CalibrationSpec(
        uid=uid, slug="vignettes", title="Ten visits", skill="listening", kappa=0.6, max_bias=0.5, min_items=10,
        items=items,
    )  # fmt: skip
    publish_calibration(spec, basics.MONDAY)
    paths.enrolment(who, paths.path(paths.step("calibration", "calibrate", content_uid=uid, skills=("listening",))))
    right = {item.id: item.reference for item in items}
    taken = take_calibration(actor=who, set_uid=uid, number=1, ratings=right, key=uuid4(), at=basics.MONDAY)
    text = page(who, reverse("calibration_result", args=[taken.uid]), language)
    assert shown in text


def test_a_figure_is_written_as_the_language_does() -> None:
    with translation.override("de"):
        assert (number(1234.5), number(-0.5)) == ("1.234,5", "−0,5")
    assert (number(1234.5), number(-0.5)) == ("1,234.5", "−0.5")


def test_no_template_has_a_format_of_its_own() -> None:
    """Only for machines: the ``datetime`` attribute."""
    found = {
        f"{path.relative_to(TEMPLATES)}: {given}"
        for path in TEMPLATES.rglob("*.html")
        for given in re.findall(r"\|(?:date|time):\"([^\"]+)\"", path.read_text())
        if given != "Y-m-d"
    }
    assert found == set()


def test_no_service_has_a_format_of_its_own() -> None:
    """Day and time for people come from ``lms.rules.said``."""
    own = re.compile(r"date_format\(|strftime\(|time_format\(")
    found = [
        str(path.relative_to(project.BASE_DIR))
        for app in ("lms", "coaching", "assessments", "cms")
        for path in (Path(project.BASE_DIR) / app).rglob("*.py")
        if path.name != "said.py" and own.search(path.read_text())
    ]
    assert found == []
