"""Versions, words and what no fingerprint covered: what somebody with the key wrote against the rules is found."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from assessments.api import mail_receipts
from assessments.models import CalibrationAttempt, CalibrationVersion, SignOffEvent, StandardVersion
from assessments.rules.evidence import FLOORS, examine
from assessments.rules.specs import CalibrationItemSpec, CalibrationSpec, EvidenceRule
from assessments.services.ledger import chain as ledger
from assessments.services.versions import publish_calibration
from lms.models import OutgoingMail, RoleProfileVersion, SkillVersion
from lms.rules.digest import digest
from lms.services.platform.log import log_row, recording
from tests.assessments.forged_sets import Forger
from tests.assessments.forging import KEY, NOW, Scene, after, copy_of, enter, found
from tests.factories import basics

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
NOTHING = {"observations": 0, "observers": 0, "contexts": 0, "latest": 0, "at_least": 0, "max_from_coach": 0}


def calibration(**fields: Any) -> CalibrationVersion:
    """A set of ten vignettes, as it is published."""
    items = tuple(CalibrationItemSpec(f"v-{number}", "What was seen.", 3, "Why.") for number in range(10))
    values = {"kappa": 0.6, "max_bias": 0.5, "min_items": 10, "items": items}
    spec = CalibrationSpec(basics.uid("set"), "set", "Set", "margins", **values)
    made = publish_calibration(spec, NOW - DAY)
    assert made is not None
    return made


def entered(row: Any) -> Any:
    """A version that whoever has the key put in, with its entry."""
    enter(row, KEY)
    return row


def standard(scene: Scene, **columns: Any) -> StandardVersion:
    like = scene.other.version
    row = copy_of(like, **{"number": like.number + 1, "published_at": NOW} | columns)
    row.skills.set(like.skills.all())
    return entered(row)


def another(model: Any, **columns: Any) -> Any:
    like = model.objects.order_by("pk").first()
    return entered(copy_of(like, **{"number": like.number + 1, "published_at": NOW} | columns))


def spec_of(scene: Scene, **changes: Any) -> dict[str, Any]:
    spec = {**scene.other.version.spec, **changes}
    return {"spec": spec, "digest": digest(spec)}


VERSIONS: dict[str, tuple[Callable[[Scene], Any], str]] = {
    "a standard of another title": (lambda s: standard(s, title="Other"), "is not what its spec says"),
    "a standard that grants more": (lambda s: standard(s, grants=5), "is not what its spec says"),
    "a standard that is valid longer": (lambda s: standard(s, valid_months=600), "is not what its spec says"),
    "a standard of another risk": (lambda s: standard(s, risk="low"), "is not what its spec says"),
    "a standard of another digest": (lambda s: standard(s, digest="0" * 64), "is not what its spec says"),
    "a standard of another skill": (
        lambda s: standard(s, **spec_of(s, skills=["listening"])),
        "is not what its spec says",
    ),
    "a standard that asks for nothing": (
        lambda s: standard(s, **spec_of(s, rule={**s.other.version.spec["rule"], **NOTHING})),
        "asks for no evidence",
    ),
    "a standard without a spec": (lambda s: standard(s, spec={}, digest=digest({})), "cannot be judged"),
    "a standard with a gap in its numbers": (
        lambda s: standard(s, number=9),
        "has number 9, and is the 2. of its kind",
    ),
    "a standard below the first": (lambda s: standard(s, number=0), "has number 0, and is the 2. of its kind"),
    "a skill of another digest": (lambda s: another(SkillVersion, digest="0" * 64), "is not what its spec says"),
    "a skill with a gap in its numbers": (lambda s: another(SkillVersion, number=9), "has number 9"),
    "a role of another threshold": (
        lambda s: another(RoleProfileVersion, threshold=Decimal("0.1")),
        "is not what its spec says",
    ),
    "a calibration set without a spec": (
        lambda s: another(CalibrationVersion, spec={}, digest=digest({})),
        "cannot be judged",
    ),
    "a calibration set that decides by its column": (
        lambda s: another(CalibrationVersion, items=11),
        "is not what its spec says",
    ),
}


def test_a_version_that_the_application_would_not_write_is_found(scene: Scene) -> None:
    calibration()
    assert found() == []
    missed = {}
    for name, (forge, wanted) in VERSIONS.items():
        rows: list[Any] = []
        problems = after(lambda forge=forge, rows=rows: rows.append(forge(scene))) or []
        if not [text for text in problems if str(rows[0].uid) in text and wanted in text]:
            missed[name] = problems
    assert missed == {}


def test_a_rule_that_asks_for_nothing_asks_for_the_floors() -> None:
    nothing = EvidenceRule(**NOTHING, window_days=0)
    fields: dict[str, Any] = {"coach": 1, "at": NOW, "grants": 5, "risk": "low"}
    assert examine(nothing, [], **fields).ceiling == 0
    assert examine(nothing, [], **fields) == examine(FLOORS, [], **fields)


def test_what_an_attempt_renews_and_a_set_decides_is_sealed(scene: Scene) -> None:
    version = calibration()
    with recording():
        values = {"ratings": {}, "kappa": Decimal("1.000"), "bias": Decimal("0.000"), "passed": True}
        attempt = CalibrationAttempt.objects.create(
            person=scene.nobody, version=version, for_learning=True, taken_at=NOW, **values
        )
        log_row(attempt)
    assert found() == []
    renews = after(lambda: CalibrationAttempt.objects.update(for_learning=False))
    assert renews == [f"calibration attempt {attempt.uid}: is not what was written: it differs from the log"]


def sign(scene: Scene, words: str, monkeypatch: pytest.MonkeyPatch) -> SignOffEvent:
    """Signed by every rule, with the key; but for its words."""
    forger = Forger(scene, KEY)
    case = forger.case()
    kept = ledger._words
    with monkeypatch.context() as patch:
        patch.setattr(ledger, "_words", lambda kind, *rest: words if kind == "SIGNED" else kept(kind, *rest))
        return forger.sign(case, forger.seen(case), level=4)


def test_words_that_say_something_else_are_found(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    right, wrong = "Margins: May act alone", ("Not yet: Margins", "Margins: May watch", "Listening: May act alone", "")
    assert after(lambda: sign(scene, right, monkeypatch)) == []
    for words in wrong:
        problems = after(lambda words=words: sign(scene, words, monkeypatch)) or []
        assert [text for text in problems if "says in words something else" in text], words


def test_the_mail_to_the_signer_says_what_was_signed_whatever_its_words(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail_receipts(NOW)
    sign(scene, "Not yet: Margins", monkeypatch)
    mail_receipts(NOW)
    mail = OutgoingMail.objects.latest("pk")
    assert mail.recipients == [scene.other.coach.email]
    assert "Margins: May act alone" in mail.message
    assert "Not yet" not in mail.message + mail.subject


def test_the_words_of_a_renamed_skill_are_those_of_its_day(scene: Scene) -> None:
    from lms.api import publish_skill
    from lms.rules.specs import IndicatorSpec, SkillSpec

    levels = {"Foundation": (IndicatorSpec("f-1", "A sign."),)}
    publish_skill(SkillSpec(basics.uid("margins"), "margins", "Soft", "Earning well", "About.", levels, "Not."), NOW)
    assert found() == []
