"""What was held before, forged: each forgery breaks one rule, and is vouched for with the application's key."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from assessments.models import HeldBefore, HeldBeforeSkill, SignOffEvent
from assessments.services.ledger.chain import Chain, gate_source
from lms import clock
from lms.api import Skill, SkillGate, User
from lms.rules.days import months_later
from tests.assessments import forging
from tests.assessments.forging import KEY, NOT_THE_KEY
from tests.factories import basics, decisions, judging, opening, people
from tests.factories.opening import SINCE, Opening

pytestmark = pytest.mark.django_db


class Attester:
    """Writes an entry and its event as the application would, past it."""

    def __init__(self, start: Opening, key: str) -> None:
        self.start, self.key, self.at = start, key, clock.now()
        self.skill = Skill.objects.get(slug="listening")
        self.person = start.person
        self.version, self.level = start.visit, 3

    def entry(self, recorder: User | None = None, confirmer: User | None = None, **fields: Any) -> HeldBefore:
        """An entry that is answered, with both its places in the log."""
        values = {
            "person": self.person, "role_version": self.start.role, "since": SINCE, "source": "A list.",
            "recorded_by": recorder or self.start.recorder, "recorded_at": self.at, "status": "confirmed",
            "answered_by": confirmer or self.start.confirmer, "answered_at": self.at,
        }  # fmt: skip
        entry = HeldBefore.objects.create(**values | fields)
        HeldBeforeSkill.objects.create(entry=entry, skill=self.skill, version=self.version, level=self.level)
        forging.enter(entry, self.key, at=self.at)
        forging.enter(entry, self.key, at=self.at, ended=True)
        return entry

    def event(self, entry: HeldBefore | None, signer: User | None = None, **fields: Any) -> SignOffEvent:
        """The event that rests on it, with its entry in the log and its gate."""
        values: dict[str, Any] = {
            "subject": self.person, "version": self.version, "case": None, "skill": self.skill,
            "kind": "HELD_BEFORE", "signer": signer or self.start.confirmer, "authority": "learning administrator",
            "texts": {"source": "A list."}, "key": basics.key(), "at": self.at, "level": self.level,
            "valid_until": months_later(self.at.date(), 12),
            "payload": {
                "entry": str(entry.uid if entry else basics.key()), "since": SINCE.isoformat(), "content": "",
                "authority": {"duty": "learning"},
            },
        }  # fmt: skip
        chain = Chain.of(self.person.pk)
        event = chain.add(**values | fields)
        event.save(force_insert=True)
        for row in chain._new[0][1]:
            row.event = event
            row.save(force_insert=True)
        forging.enter(event, self.key, at=self.at)
        SkillGate.objects.create(
            person=self.person, skill=self.skill, gate="show", source=gate_source(event), level=event.level,
            standard_uid=event.version.standard_uid, valid_until=event.valid_until, opened_at=event.occurred_at,
        )  # fmt: skip
        return event


def like_work(f: Attester) -> None:
    f.event(f.entry())


def without_an_entry(f: Attester) -> None:
    f.event(None)


def entry_after_the_event(f: Attester) -> None:
    uid = basics.key()
    f.event(HeldBefore(uid=uid))
    f.entry(uid=uid)


def recorded_by_a_stranger(f: Attester) -> None:
    f.event(f.entry(people.person("Stranger")))


def signed_by_a_stranger(f: Attester) -> None:
    stranger = people.person("Stranger")
    f.event(f.entry(confirmer=stranger), stranger)


def signed_by_another_than_confirmed(f: Attester) -> None:
    third = people.in_group("Learning administrators", people.person("Third"))
    f.event(f.entry(confirmer=third))


def not_confirmed(f: Attester) -> None:
    f.event(f.entry(status="refused"))


def by_one_person_alone(f: Attester) -> None:
    f.event(f.entry(f.start.confirmer, people.in_group("Learning administrators", people.person("Third"))))


def at_a_higher_level(f: Attester) -> None:
    f.event(f.entry(), level=4)


def above_the_ceiling(f: Attester) -> None:
    f.level = 5
    f.event(f.entry())


def for_longer(f: Attester) -> None:
    f.event(f.entry(), valid_until=months_later(f.at.date(), 18))


def with_a_flag(f: Attester) -> None:
    f.event(f.entry(), flags=["provisional"])


def since_another_day(f: Attester) -> None:
    payload = {"since": "2020-01-01", "content": "", "authority": {"duty": "learning"}}
    entry = f.entry()
    f.event(entry, payload={"entry": str(entry.uid), **payload})


def of_somebody_else(f: Attester) -> None:
    entry = f.entry()
    f.person = people.person("Somebody else")
    f.event(entry)


def as_a_coach(f: Attester) -> None:
    f.event(f.entry(), authority="coach")


def without_a_source(f: Attester) -> None:
    f.event(f.entry(), texts={})


def of_a_high_risk_standard(f: Attester) -> None:
    f.skill, f.version = Skill.objects.get(slug="repair"), f.start.audit
    entry = f.entry()
    with decisions.guards_away():
        f.event(entry)


def dated_back(f: Attester) -> None:
    entry = f.entry()
    f.event(entry, at=f.at - timedelta(days=30))


FORGED: list[tuple[Callable[[Attester], None], str]] = [
    (without_an_entry, "rests on an entry that did not lie there"),
    (entry_after_the_event, "rests on an entry that did not lie there"),
    (recorded_by_a_stranger, "was recorded by somebody who was no learning administrator then"),
    (signed_by_a_stranger, "is signed by somebody who was no learning administrator then"),
    (signed_by_another_than_confirmed, "rests on an entry that its signer did not confirm"),
    (not_confirmed, "rests on an entry that its signer did not confirm"),
    (by_one_person_alone, "is confirmed by who recorded it"),
    (at_a_higher_level, "says something else than the entry"),
    (above_the_ceiling, "is above what its standard permits"),
    (for_longer, "is valid for another time than what was held before may be"),
    (with_a_flag, "is attested, and follows something or waits for somebody"),
    (since_another_day, "says something else than the entry"),
    (of_somebody_else, "says something else than the entry"),
    (as_a_coach, "is attested by somebody without the right to"),
    (without_a_source, "was signed without its text source"),
    (of_a_high_risk_standard, "attests what a high-risk standard asks for"),
    (dated_back, "days before it was written down"),
]


@pytest.mark.parametrize("key", [NOT_THE_KEY, KEY], ids=["without the key", "with the key"])
def test_every_attestation_that_breaks_a_rule_is_found(key: str) -> None:
    start, missed = opening.opening(), {}
    for forge, rule in FORGED:
        problems = forging.after(lambda forge=forge: forge(Attester(start, key)), at=_soon()) or []
        wanted = rule if key == KEY else "is not vouched for by the key"
        if not [text for text in problems if wanted in text]:
            missed[forge.__name__] = problems
    assert missed == {}


def test_what_obeys_every_rule_with_the_key_looks_like_work() -> None:
    start = opening.opening()
    assert forging.after(lambda: like_work(Attester(start, KEY)), at=_soon()) == []


def test_what_was_decided_is_not_attested_afterwards() -> None:
    work, start = judging.scene(), opening.opening("Somebody Else")
    judging.decided(work)
    start.person = work.learner
    problems = forging.after(lambda: like_work(Attester(start, KEY)), at=_soon())
    assert problems is not None
    assert [text for text in problems if "attests a skill that was decided here before" in text]


def _soon() -> datetime:
    return clock.now() + timedelta(minutes=1)
