"""The demo company before anybody learned anything: teams, people, duties, coaches, grants, enrolments."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from pathlib import Path as File
from uuid import UUID, uuid5

from django.contrib.auth.hashers import make_password
from django.core.files.uploadedfile import SimpleUploadedFile

from assessments.api import CalibrationAttempt, CalibrationVersion, end_person, take_calibration
from cms.rules.curriculum.documents import Curriculum, PersonDoc
from cms.services.authoring.setup import name_site
from coaching.api import (
    coach_shown,
    end_coach,
    enrol_with_coach,
    give_grants,
    grants_shown,
    make_coach,
    open_grants_of,
    propose_coach,
    set_away,
)
from lms.api import (
    Enrolment,
    Location,
    Membership,
    Organisation,
    Path,
    Team,
    User,
    invite_person,
    make_administrator,
    pause_path,
    record_duty,
    set_photo,
    steering_shown,
)
from lms.rules.duties import AUDITOR, AUTHOR, LEARNING, SPONSOR

GIVEN = {"learning-administrator": LEARNING, "author": AUTHOR, "auditor": AUDITOR, "sponsor": SPONSOR}
"""Duties of the curriculum that somebody gives; a verifier is a learning administrator anyway."""
HEAD_OF_LEARNING = "ruta-balode"
EXPERIENCED = "hanna-berg"
"""Whom others turn to: the coach who countersigns, and who is proposed when another moves on."""
GRANT_LASTS = timedelta(days=365)
RENEWED = timedelta(days=150)
CALIBRATED = timedelta(days=20)
"""How long after the renewal of the grants the calibrated observers passed their sets."""
MONDAY_TO_FRIDAY = [1, 2, 3, 4, 5]
FACES = File(__file__).with_name("faces")
"""Drawn in the line of ``static/img/portraits.svg``: a square each, by the id of the person."""
FOUNDING = timedelta(days=500)
"""How long before today the company began with Vouch, so that the oldest sign-off has a grant behind it."""


class Keys:
    """Keys of acts that are the same each time the demo is made with one seed."""

    def __init__(self, seed: int) -> None:
        self.space = uuid5(UUID(int=0), f"vouch-demo-{seed}")
        self.count = 0

    def __call__(self) -> UUID:
        self.count += 1
        return uuid5(self.space, str(self.count))


class Company:
    """Makes the company step by step; ``people`` maps the ids of the curriculum to accounts."""

    def __init__(self, curriculum: Curriculum, passphrase: str, seed: int, now: datetime) -> None:
        self.curriculum = curriculum
        self.passphrase = passphrase
        self.now = now
        self.key = Keys(seed)
        self.people: dict[str, User] = {}
        self.enrolments: dict[str, Enrolment] = {}

    def at(self, day: int, hour: float = 9) -> datetime:
        """A moment of a day counted from today (negative: past), never later than now."""
        midnight = self.now.replace(hour=0, minute=0, second=0, microsecond=0)
        return min(midnight + timedelta(days=day, hours=hour), self.now)

    def set_up(self) -> None:
        """Everything before the first learner begins."""
        company = self.curriculum.company
        Organisation.objects.filter(pk=1).update(
            name=company.name,
            time_zone=company.time_zone,
            locale="en",
            working_days=MONDAY_TO_FRIDAY,
            set_up_at=self.at(-FOUNDING.days),
        )
        Location.objects.filter(is_main=True).update(country=company.country)
        name_site(company.name)
        self._teams()
        self._people()
        self._memberships()
        self._coaches()

    def _teams(self) -> None:
        for doc in self.curriculum.teams:
            parent = Team.objects.get(slug=doc.parent) if doc.parent else None
            Team.objects.get_or_create(slug=doc.slug, defaults={"name": doc.name, "parent": parent})

    def _people(self) -> None:
        """The platform administrator is made by hand, as in every installation; all others are invited."""
        hashed = make_password(self.passphrase)  # once: a hash is slow on purpose, and all share the passphrase
        docs = sorted(self.curriculum.people, key=lambda doc: "administrator" not in doc.duties)
        for doc in docs:
            if "administrator" in doc.duties:
                person = User.objects.create_user(
                    self._address(doc), full_name=doc.name, job=doc.job or "", time_zone=doc.time_zone
                )
                make_administrator(person=person, at=self.at(-FOUNDING.days))
            else:
                person = invite_person(
                    actor=self.people["ilse-novak"],
                    email=self._address(doc),
                    full_name=doc.name,
                    team_id=Team.objects.get(slug=doc.team).pk,
                    job=doc.job or "",
                    time_zone=doc.time_zone,
                    started_on=self.at(doc.start_day).date(),
                    link_for=lambda person: "/accounts/password/reset/",
                    key=self.key(),
                    at=self.at(max(doc.start_day, -FOUNDING.days)),
                )
            person.password = hashed
            person.started_on = self.at(doc.start_day).date()
            person.save(update_fields=["password", "started_on"])
            self.people[doc.id] = person
            self._show_face(doc)
            for duty in doc.duties:
                if duty in GIVEN:
                    self._give(doc, GIVEN[duty])

    def _show_face(self, doc: PersonDoc) -> None:
        """Whoever was drawn gives their portrait as their photo, on their first day."""
        face = FACES / f"{doc.id}.png"
        if face.exists():
            file = SimpleUploadedFile(face.name, face.read_bytes(), "image/png")
            at = self.at(max(doc.start_day, -FOUNDING.days))
            set_photo(actor=self.people[doc.id], file=file, key=self.key(), at=at)

    def _give(self, doc: PersonDoc, duty: str) -> None:
        """The administrator gives a duty on somebody's first day, or when the company begins with Vouch."""
        record_duty(
            person=self.people[doc.id],
            duty=duty,
            by=self.people["ilse-novak"],
            reason=f"{doc.job or doc.name}: part of the work.",
            at=self.at(max(doc.start_day, -FOUNDING.days)),
        )

    def _address(self, doc: PersonDoc) -> str:
        return f"{doc.account}@{self.curriculum.company.domain}" if doc.account else doc.email

    def _memberships(self) -> None:
        since = self.at(-FOUNDING.days).date()
        for team in self.curriculum.teams:
            Membership.objects.get_or_create(
                person=self.people[team.manager],
                team=Team.objects.get(slug=team.slug),
                role=Membership.Role.MANAGER,
                defaults={"from_on": since},
            )
        admin = next(doc for doc in self.curriculum.people if "administrator" in doc.duties)
        Membership.objects.get_or_create(
            person=self.people[admin.id], team=Team.objects.get(slug=admin.team), defaults={"from_on": since}
        )

    def _coaches(self) -> None:
        """Coach profiles and the first round of grants; ``renew_grants`` gives the second."""
        for doc in self.curriculum.people:
            if doc.capacity or doc.state.kind == "ex-coach":
                make_coach(
                    actor=self.people[HEAD_OF_LEARNING],
                    person_uid=self.people[doc.id].uid,
                    capacity=doc.capacity or 2,
                    languages=doc.languages,
                    key=self.key(),
                    at=self.at(max(doc.start_day, -FOUNDING.days)),
                )
        self._grants(self.at(-FOUNDING.days), "First observers of the company, named by the head of learning.")

    def renew_grants(self) -> None:
        """A year later the founding grants were renewed."""
        self._grants(self.at(-RENEWED.days), "Renewed for a second year; still observing every month.")

    def _grants(self, at: datetime, reason: str) -> None:
        head = self.people[HEAD_OF_LEARNING]
        for doc in self.curriculum.people:
            if doc.observes and doc.path is None:
                person = self.people[doc.id]
                giver = self.people["ilse-novak"] if person == head else head
                give_grants(
                    actor=giver,
                    person_uid=person.uid,
                    skill_slugs=doc.observes,
                    reason=reason,
                    until_on=(at + GRANT_LASTS).date(),
                    shown=grants_shown(person.uid, open_grants_of(giver, person.uid)),
                    key=self.key(),
                    at=at,
                )

    def let_observe(self, doc: PersonDoc, skill: str, at: datetime) -> None:
        """A provisional grant for somebody who learns to observe."""
        head, person = self.people[HEAD_OF_LEARNING], self.people[doc.id]
        give_grants(
            actor=head,
            person_uid=person.uid,
            skill_slugs=[skill],
            reason="Passed the calibration; observes beside an experienced observer.",
            provisional=True,
            shown=grants_shown(person.uid, open_grants_of(head, person.uid)),
            key=self.key(),
            at=at,
        )

    def calibrate(self) -> None:
        """Some weeks after the renewal: whoever is a calibrated observer passes the sets of their skills."""
        at = self.at(-RENEWED.days + CALIBRATED.days)
        sets = CalibrationVersion.objects.order_by("set_uid").select_related("skill")
        for doc in self.curriculum.people:
            for number, version in enumerate(sets):
                if doc.observer_basis == "calibrated" and doc.path is None and version.skill.slug in doc.observes:
                    self.rate(doc, version, at + timedelta(days=number), apart=3)

    def rate(self, doc: PersonDoc, version: CalibrationVersion, at: datetime, apart: int) -> CalibrationAttempt:
        """One attempt at a set: one vignette in ``apart`` is rated one step off."""
        ratings = {}
        for number, item in enumerate(version.spec["items"], len(doc.id)):
            step = 0 if number % apart else (1 if item["reference"] < 5 else -1)
            ratings[item["id"]] = item["reference"] + step
        return take_calibration(
            actor=self.people[doc.id],
            set_uid=version.set_uid,
            number=version.number,
            ratings=ratings,
            key=self.key(),
            at=at,
        )

    def enrol(self, doc: PersonDoc) -> Enrolment:
        """Put a learner on their path with a coach, on their first day, as their manager does."""
        manager = self.people[doc.manager or HEAD_OF_LEARNING]
        person = self.people[doc.id]
        coach = doc.coach or str(doc.state.details.get("former_coach", "")) or None
        enrolment = enrol_with_coach(
            actor=manager,
            person_uid=person.uid,
            path_uid=Path.objects.get(slug=doc.path, archived_at=None).uid,
            started_on=self.now.astimezone(person.zone).date() + timedelta(days=doc.start_day),
            background=doc.background,
            coach_uid=self.people[coach].uid if coach else None,
            key=self.key(),
            at=self.at(doc.start_day, 8),
        )
        self.enrolments[doc.id] = enrolment
        return enrolment

    def coach_at(self, doc: PersonDoc, at: datetime) -> User | None:
        """Who coaches a learner at a moment: their coach, or the cover on days away; nobody once the coach has gone."""
        name = doc.coach or str(doc.state.details.get("former_coach", ""))
        coach = next((other for other in self.curriculum.people if other.id == name), None)
        gone = coach.state.details.get("ended_day") if coach else None
        if coach is None or (isinstance(gone, int) and at >= self.at(gone, 9)):
            return None
        if coach.away and self.at(coach.away.from_day, 0) <= at:
            return self.people[coach.away.cover]
        return self.people[coach.id]

    def stop_coaching(self, doc: PersonDoc, learner: PersonDoc) -> None:
        """A coach moves on: names who could follow, which the manager has to answer; then L&D ends the coaching."""
        day = int(str(doc.state.details["ended_day"]))
        propose_coach(
            actor=self.people[doc.id],
            enrolment_uid=self.enrolments[learner.id].uid,
            coach_uid=self.people[EXPERIENCED].uid,
            reason="Has room, and knows the same customers.",
            key=self.key(),
            at=self.at(day, 9),
        )
        end_coach(
            actor=self.people[HEAD_OF_LEARNING],
            person_uid=self.people[doc.id].uid,
            reason="Moved to regional sales",
            shown=coach_shown(self.people[doc.id].uid),
            key=self.key(),
            at=self.at(day, 10),
        )

    def put_on_leave(self, doc: PersonDoc) -> None:
        """The manager pauses the path of somebody who is away for long."""
        person, details = self.people[doc.id], doc.state.details
        today = self.now.astimezone(person.zone).date()
        from_on = today + timedelta(days=int(str(details["from_day"])))
        pause_path(
            actor=self.people[doc.manager or HEAD_OF_LEARNING],
            enrolment_uid=self.enrolments[doc.id].uid,
            from_on=from_on,
            until_on=today + timedelta(days=int(str(details["back_day"]))),
            reason="Parental leave",
            shown=steering_shown(self.enrolments[doc.id]),
            key=self.key(),
            at=datetime.combine(from_on, time(8), person.zone),
        )

    def part_with(self, doc: PersonDoc) -> None:
        """Somebody left the company; the head of learning closed the account that evening."""
        if doc.left_day is not None:
            end_person(
                actor=self.people[HEAD_OF_LEARNING],
                person_uid=self.people[doc.id].uid,
                last_day=self.at(doc.left_day).date(),
                reason="Left the company",
                key=self.key(),
                at=self.at(doc.left_day, 17),
            )

    def say_who_is_away(self) -> None:
        """Days away and who covers, said on the first of them."""
        for doc in self.curriculum.people:
            if doc.away:
                set_away(
                    actor=self.people[HEAD_OF_LEARNING],
                    person_uid=self.people[doc.id].uid,
                    away_from=self.at(doc.away.from_day).date(),
                    away_until=(self.now + timedelta(days=doc.away.until_day)).date(),
                    cover_uid=self.people[doc.away.cover].uid,
                    key=self.key(),
                    at=self.at(doc.away.from_day),
                )
