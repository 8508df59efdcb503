"""A company that does not begin with nobody ready: somebody who holds a role, and two members of Learning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from assessments.api import (
    Attest,
    HeldBefore,
    SignOffEvent,
    StandardVersion,
    confirm_held_before,
    record_held_before,
)
from lms import clock
from lms.api import RoleProfileVersion, User
from tests.factories import basics, judging, paths, people

SINCE = date(2025, 2, 3)
SOURCE = "The list of certificates of 2025."


@dataclass
class Opening:
    """``visit`` asks for listening and business and is of ordinary risk, ``audit`` for repair and is of high risk."""

    person: User
    recorder: User
    confirmer: User
    role: RoleProfileVersion
    visit: StandardVersion
    audit: StandardVersion

    def attests(self, level: int = 3, *skills: str) -> list[Attest]:
        """The skills at one level, each on the standard of ordinary risk."""
        return [Attest(skill, self.visit.standard_uid, level) for skill in skills or judging.SKILLS]

    def recorded(
        self, skills: Sequence[Attest] | None = None, *, at: datetime | None = None, **fields: Any
    ) -> HeldBefore:
        """An entry that waits."""
        values: dict[str, Any] = {
            "actor": self.recorder,
            "person_uid": self.person.uid,
            "role_version_uid": self.role.uid,
            "since": SINCE,
            "source": SOURCE,
            "coach_uid": None,
            "skills": self.attests() if skills is None else skills,
            "key": basics.key(),
            "at": at or clock.now() - timedelta(days=1),
        }
        return record_held_before(**(values | fields))

    def confirmed(self, *entries: HeldBefore, by: User | None = None, at: datetime | None = None) -> list[SignOffEvent]:
        """The same, confirmed by the second member: the events."""
        by = by or self.confirmer
        uids = [entry.uid for entry in entries]
        confirm_held_before(actor=by, entry_uids=uids, key=basics.key(), at=at or clock.now())
        events = SignOffEvent.objects.filter(kind=SignOffEvent.Kind.HELD_BEFORE, payload__entry__in=map(str, uids))
        return list(events.order_by("pk"))


def opening(name: str = "Olga Held") -> Opening:
    """Everybody is real; nothing is recorded yet."""
    visit = judging.standard(judging.standard_spec("visit"))
    audit = judging.standard(judging.standard_spec("audit", ("repair",), risk="high"))
    role = paths.role(
        paths.requires("listening", 3, 2, critical=True),
        paths.requires("business", 3, 1),
        paths.requires("repair", 3, 1),
    )
    person = people.person(name)
    people.team(person, manager=people.person("Henrike Manager"))
    recorder = people.in_group("Learning administrators", people.person("Ruta First"))
    confirmer = people.in_group("Learning administrators", people.person("Sven Second"))
    return Opening(person, recorder, confirmer, role, visit, audit)
