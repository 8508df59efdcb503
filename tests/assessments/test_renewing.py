"""A sign-off that is renewed within its window counts on from the old last day; otherwise from the day of signing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from dateutil.relativedelta import relativedelta

from assessments.api import Entrust, decide_case, decision_at, read_observations, revoke_signoff, verify_ledger
from assessments.errors import EvidenceMissing
from assessments.models import Case, SignOffEvent
from assessments.rules.ledger import event_hash
from assessments.services.ledger.chain import hashed_fields
from coaching.models import ObserverGrant
from coaching.services.granting import end_grant
from lms.api import Organisation, recording
from lms.errors import Changed
from tests.factories import basics, coaching, decisions, people
from tests.shown import looked

pytestmark = pytest.mark.django_db
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
WINDOW = 60


@pytest.fixture
def work(db: None) -> decisions.DecisionScene:
    """Signed on MONDAY for twelve months."""
    scene = decisions.decision_scene("visit", "listening")
    scene.waiting += [coaching.observer("listening", name=f"Watcher {number}") for number in range(9)]
    decisions.signed(scene, basics.MONDAY)
    granted_anew(basics.MONDAY + 100 * DAY)
    return scene


def granted_anew(moment: datetime) -> None:
    """Every grant ends, and another of a year begins."""
    giver = people.granter()
    for row in ObserverGrant.objects.filter(revoked_at=None).select_related("person"):
        with recording():
            end_grant(row, giver, "Another year.", moment)
        until = (moment + 364 * DAY).date()
        coaching.grant(row.person, "listening", granted_at=moment + HOUR, until_on=until, granted_by=giver)


def last_day() -> date:
    return basics.MONDAY.date() + relativedelta(years=1)


def at(days_before: int, hour: int = 12) -> datetime:
    return datetime.combine(last_day() - days_before * DAY, time(hour), UTC)


def renewed(work: decisions.DecisionScene, moment: datetime, *, seen: datetime | None = None) -> SignOffEvent:
    """Seen by two people, and signed at a moment."""
    decisions.enough_evidence(work, (seen or moment) - timedelta(minutes=5))
    return decisions.sign(work, moment)[0]


def findings(moment: datetime) -> list[str]:
    return [item.problem for item in verify_ledger(at=moment).findings]


@pytest.mark.parametrize(
    ("days_before", "counts_on"),
    [(WINDOW + 1, False), (WINDOW, False), (WINDOW - 1, True), (30, True), (0, True), (-1, False), (-40, False)],
)
def test_it_counts_on_within_the_window_and_from_the_day_of_signing_outside(
    work: decisions.DecisionScene, days_before: int, counts_on: bool
) -> None:
    """On the first day of the window what was seen an hour ago may be of the day before."""
    moment = at(days_before, 0 if days_before == WINDOW else 12)
    event = renewed(work, moment)
    assert event.valid_until == (last_day() if counts_on else moment.date()) + relativedelta(years=1)
    assert ("renews" in event.payload) == counts_on
    assert findings(moment + HOUR) == []


def test_the_first_day_of_the_window_is_in_it(work: decisions.DecisionScene) -> None:
    assert renewed(work, at(WINDOW, 12)).valid_until == last_day() + relativedelta(years=1)


def test_on_what_was_seen_before_the_window_it_counts_from_the_day_of_signing(work: decisions.DecisionScene) -> None:
    moment = at(WINDOW - 10)
    event = renewed(work, moment, seen=at(WINDOW + 5))
    assert event.valid_until == moment.date() + relativedelta(years=1)
    assert findings(moment + HOUR) == []


def test_one_observation_of_before_the_window_beside_enough_within_it_takes_nothing(
    work: decisions.DecisionScene,
) -> None:
    decisions.watch(work, work.another(), at(WINDOW + 5), context="on video")
    event = renewed(work, at(20))
    assert event.valid_until == last_day() + relativedelta(years=1)
    assert findings(at(20) + HOUR) == []


def test_what_does_not_stand_is_not_renewed(work: decisions.DecisionScene) -> None:
    first = SignOffEvent.objects.get(kind="SIGNED")
    values = {"event_uid": first.uid, "reason": "Not theirs.", "key": basics.key()}
    looked(revoke_signoff, actor=work.coach, at=basics.MONDAY + DAY, **values)
    assert "renews" not in renewed(work, at(20)).payload
    assert findings(at(20) + HOUR) == []


def test_what_waits_for_a_countersign_counts_on_too_and_the_old_one_stands_meanwhile(
    work: decisions.DecisionScene,
) -> None:
    decisions.make_coach_line_manager(work)
    event = renewed(work, at(20))
    assert event.flags == ["line_manager"]
    assert event.valid_until == last_day() + relativedelta(years=1)
    assert not SignOffEvent.objects.filter(kind="SUPERSEDED").exists()


def test_a_year_later_it_is_renewed_again(work: decisions.DecisionScene) -> None:
    renewed(work, at(20))
    moment = at(-365 + 10)
    granted_anew(moment - 30 * DAY)
    assert renewed(work, moment).valid_until == last_day() + relativedelta(years=2)
    assert findings(moment + HOUR) == []


@pytest.mark.parametrize("window", [7, 90, 200])
def test_the_window_is_that_of_the_organisation_and_stays_as_it_was_signed(
    work: decisions.DecisionScene, window: int
) -> None:
    Organisation.objects.update(expiring_days=window)
    basics.nothing_kept()
    event = renewed(work, at(window - 1))
    assert event.valid_until == last_day() + relativedelta(years=1)
    assert event.payload["renews"]["window"] == window
    Organisation.objects.update(expiring_days=WINDOW)
    basics.nothing_kept()
    assert findings(at(window - 1) + HOUR) == []


def test_a_page_on_which_something_is_renewed_is_shown_again_when_that_no_longer_stands(
    work: decisions.DecisionScene,
) -> None:
    decisions.enough_evidence(work, at(WINDOW, 12))
    read_observations(actor=work.coach, case_uid=work.case.uid, key=basics.key(), at=at(WINDOW, 12) + MINUTE)
    shown = decision_at(work.case, work.coach, at(WINDOW, 13))
    first = SignOffEvent.objects.get(kind="SIGNED")
    values = {"event_uid": first.uid, "reason": "Not theirs.", "key": basics.key()}
    looked(revoke_signoff, actor=work.coach, at=at(WINDOW, 14), **values)
    with pytest.raises(Changed):
        decide_case(
            actor=work.coach,
            case_uid=work.case.uid,
            verdicts={"listening": Entrust(3)},
            why="Seen twice.",
            shown=shown,
            key=basics.key(),
            at=at(WINDOW, 15),
        )


def test_without_enough_evidence_nothing_is_renewed(work: decisions.DecisionScene) -> None:
    decisions.watch(work, work.another(), at(20))
    with pytest.raises(EvidenceMissing):
        decisions.sign(work, at(20) + HOUR)
    assert Case.objects.filter(status="decided").count() == 1


@pytest.mark.parametrize("days_before", range(-3, WINDOW + 4))
def test_nothing_is_valid_longer_than_its_validity_and_the_window_after_its_newest_evidence(
    work: decisions.DecisionScene, days_before: int
) -> None:
    """PRODUCT, invariant 10; the days that the rule looks back are 60 as well."""
    event = renewed(work, at(days_before))
    newest = max(row.occurred_at.date() for row in event.case.observations.all())
    assert event.valid_until is not None
    assert event.valid_until <= newest + WINDOW * DAY + relativedelta(years=1)


FORGED: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "another": lambda sealed: sealed | {"event": str(basics.uid("none"))},
    "later": lambda sealed: sealed | {"until": "2030-01-01"},
    "window": lambda sealed: sealed | {"window": 5},
    "short": lambda sealed: sealed | {"window": 7},
}


@pytest.mark.parametrize("how", FORGED)
def test_what_it_says_of_the_one_before_is_judged_again(work: decisions.DecisionScene, how: str) -> None:
    event = renewed(work, at(20))
    event.payload = event.payload | {"renews": FORGED[how](event.payload["renews"])}
    _forge(event)
    said = findings(at(20) + HOUR)
    expected = {
        "another": "renews a sign-off that did not stand then",
        "later": "says of what it renews what is not so",
        "window": "says of what it renews what is not so",
        "short": "renews a sign-off that was not due then",
    }
    assert expected[how] in said


@pytest.mark.parametrize("seen", [WINDOW + 5, 25], ids=["before the window", "within it"])
def test_a_longer_time_than_the_evidence_gives_is_found(work: decisions.DecisionScene, seen: int) -> None:
    event = renewed(work, at(20), seen=at(seen))
    first = SignOffEvent.objects.filter(kind="SIGNED").earliest("seq")
    event.payload = event.payload | {
        "renews": {"event": str(first.uid), "until": last_day().isoformat(), "window": WINDOW}
    }
    event.valid_until = last_day() + relativedelta(years=1, days=0 if seen > WINDOW else 1)
    _forge(event)
    said = findings(at(20) + HOUR)
    expected = "renews on what was seen before it was due" if seen > WINDOW else "is valid for another time"
    assert any(expected in problem for problem in said)


def test_a_renewal_of_what_was_taken_back_is_found(work: decisions.DecisionScene) -> None:
    first = SignOffEvent.objects.get(kind="SIGNED")
    values = {"event_uid": first.uid, "reason": "Not theirs.", "key": basics.key()}
    looked(revoke_signoff, actor=work.coach, at=basics.MONDAY + DAY, **values)
    event = renewed(work, at(20))
    sealed = {"event": str(first.uid), "until": last_day().isoformat(), "window": WINDOW}
    event.payload, event.valid_until = event.payload | {"renews": sealed}, last_day() + relativedelta(years=1)
    _forge(event)
    assert "renews a sign-off that did not stand then" in findings(at(20) + HOUR)


def _forge(event: SignOffEvent) -> None:
    """Written past the guards, with a hash that fits."""
    event.this_hash = event_hash(hashed_fields(event))
    with decisions.guards_away():
        SignOffEvent.objects.filter(pk=event.pk).update(
            payload=event.payload, valid_until=event.valid_until, this_hash=event.this_hash
        )
