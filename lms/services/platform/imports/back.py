"""Taking an import back within the day: everything of it that nobody has changed since."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from lms.errors import Conflict
from lms.models import AddressProposal, ImportedRow, Location, Membership, PeopleImport, Team, User
from lms.policies import people_policy
from lms.rules.notices import IMPORT_TAKEN_BACK
from lms.services.platform.acts import act, claim_key
from lms.services.platform.leaving import call_off_last_days, plan_last_days
from lms.services.platform.navigation import forget_duties
from lms.services.platform.notices import Telling, tell_each

from .record import BATCH, batched

Kind = ImportedRow.Kind
WITHIN = timedelta(days=1)
OF_ITSELF = {"lms.Membership", "lms.ImportedRow", "lms.Invitation", "lms.AddressProposal", "account.EmailAddress"}
"""Tables in which an import, and the database's own guards, write of somebody new."""


@dataclass(frozen=True, slots=True)
class TakenBack:
    """``of``: the import; ``stays``: names of people and teams of whom something stays, because it changed since."""

    of: PeopleImport
    stays: tuple[str, ...]


def may_be_taken_back(row: PeopleImport, at: datetime) -> bool:
    """Whether an import was applied within the day, and stands."""
    return row.applied_at is not None and row.taken_back_at is None and at <= row.applied_at + WITHIN


@act
def take_back_import(*, actor: User, import_uid: UUID, key: UUID, at: datetime) -> TakenBack:
    """What an import wrote is as it was: people who came by it are gone, fields, teams, managers and last days are
    those before. What somebody changed since stays, and is named. A mail that was sent stays sent; its link leads
    nowhere. People who were moved, or manage, are told.

    Raises NotAllowed, NotFound, Conflict (not applied, more than a day ago, taken back already). Queries: about 100,
    and some for each 500 rows.
    """
    people_policy.require(actor, "invite")
    row = PeopleImport.objects.select_for_update().filter(uid=import_uid).first()
    if row is None or row.applied_at is None:
        raise Conflict(_("This file was not written."))
    if not claim_key(actor=actor, name="people.import_back", key=key, at=at, about=row.uid):
        return TakenBack(row, ())
    if row.taken_back_at is not None:
        raise Conflict(_("This import was taken back already."))
    if not may_be_taken_back(row, at):
        raise Conflict(_("An import can be taken back within a day, and that is over."))
    stays = _TakingBack(row, actor, at).take_back()
    row.taken_back_by, row.taken_back_at = actor, max(at, row.applied_at)  # where the clock was set back
    row.save(update_fields=["taken_back_by", "taken_back_at"])
    return TakenBack(row, tuple(stays))


class _TakingBack:
    def __init__(self, of: PeopleImport, actor: User, at: datetime) -> None:
        self.of, self.actor, self.at = of, actor, at
        self.rows = list(of.rows.select_related("person", "team"))
        self.stays: dict[str, None] = {}

    def take_back(self) -> list[str]:
        managing = [row for row in self.rows if row.kind in (Kind.MANAGES, Kind.MANAGED)]
        people = [row for row in self.rows if row.kind in (Kind.CHANGED, Kind.LEAVING) and row.person]
        new = {row.person.pk: row.person for row in self.rows if row.kind == Kind.NEW and row.person}
        here = {row.person.pk: row.person for row in (*managing, *people) if row.person and row.person.pk not in new}
        self._memberships([*managing, *people])
        self._fields(people)
        self._last_days(people)
        AddressProposal.objects.filter(of=self.of, declined_at=None).delete()
        self._new(list(new.values()))
        self._teams([row.team for row in self.rows if row.kind == Kind.TEAM and row.team])
        forget_duties(*{row.person_id for row in managing if row.person_id})
        words = {"admin": self.actor.full_name}
        tell_each(IMPORT_TAKEN_BACK, (Telling(person, words) for person in here.values()), at=self.at)
        return list(self.stays)

    def _stays(self, what: Any) -> None:
        self.stays[str(what)] = None

    # --- Memberships

    def _memberships(self, rows: Sequence[ImportedRow]) -> None:
        """Those that began go, those that ended go on, those that were to begin are to begin again: of somebody whose
        memberships are still as the import left them.
        """
        uids = [uid for row in rows for uid in (*row.back.get("begun", ()), *row.back.get("ended", {}))]
        found = {str(row.uid): row for part in batched(uids) for row in Membership.objects.filter(uid__in=part)}
        gone: list[Membership] = []
        again: list[Membership] = []
        made: list[Membership] = []
        for row in rows:
            begun = [found.get(uid) for uid in row.back.get("begun", ())]
            ended = {uid: found.get(uid) for uid in row.back.get("ended", {})}
            if not all(each and each.until_on is None for each in begun) or not all(ended.values()):
                self._stays(row.person or row.team)
                continue
            gone += [each for each in begun if each]
            for uid, each in ended.items():
                if each is not None:
                    each.until_on = _day(row.back["ended"][uid])
                    again.append(each)
            made += [_made_again(row, kept) for kept in row.back.get("dropped", ())]
        for part in batched([row.pk for row in gone]):
            Membership.objects.filter(pk__in=part).delete()
        Membership.objects.bulk_update(again, ["until_on"], batch_size=BATCH)
        Membership.objects.bulk_create(made, batch_size=BATCH)

    # --- Fields of people

    def _fields(self, rows: Iterable[ImportedRow]) -> None:
        by_fields: defaultdict[tuple[str, ...], list[User]] = defaultdict(list)
        rows_of_places = Location.objects.values_list("pk", "name", "is_main")
        locations = {name: None if main else pk for pk, name, main in rows_of_places}
        for row in rows:
            if row.person is None:
                continue
            back = {}
            for code in ("employee_number", "full_name", "job", "started_on", "location"):
                if code in row.changed:
                    old, new = (_value(code, text, locations) for text in row.changed[code])
                    name = "location_id" if code == "location" else code
                    if getattr(row.person, name) == new:
                        back[name] = old
                    else:
                        self._stays(row.person)
            for name, value in back.items():
                setattr(row.person, name, value)
            if back:
                by_fields[tuple(sorted(back))].append(row.person)
        for fields, people in by_fields.items():
            User.objects.bulk_update(people, [name.removesuffix("_id") for name in fields], batch_size=BATCH)

    def _last_days(self, rows: Iterable[ImportedRow]) -> None:
        by_day: defaultdict[date | None, list[User]] = defaultdict(list)
        for row in rows:
            if row.person is None or "left_on" not in row.changed:
                continue
            old, new = map(_day, row.changed["left_on"])
            if row.person.is_active and row.person.left_on == new:
                by_day[old].append(row.person)
            else:
                self._stays(row.person)
        reason = _("The import was taken back.")
        for day, people in by_day.items():
            for part in batched(people):
                if day is None:
                    call_off_last_days(part, by=self.actor, at=self.at)
                else:
                    plan_last_days(part, last_day=day, reason=reason, by=self.actor, at=self.at)

    # --- People and teams that were made

    def _new(self, people: Sequence[User]) -> None:
        """Who came by the import goes, unless they have been here, or something points at them by now."""
        used = {person.pk for person in people if person.has_usable_password() or not person.is_active}
        begun = {uid for row in self.rows for uid in row.back.get("begun", ())}
        used |= _pointed_at([person.pk for person in people], begun)
        for person in people:
            if person.pk in used:
                self._stays(person)
        gone = [person.pk for person in people if person.pk not in used]
        for part in batched(gone):
            Membership.objects.filter(person__in=part).delete()
            User.objects.filter(pk__in=part).delete()

    def _teams(self, teams: Sequence[Team]) -> None:
        """Teams that nobody belongs to, manages or stands below; those below first."""
        waiting = list(teams)
        while waiting:
            pks = [team.pk for team in waiting]
            busy = set(Membership.objects.filter(team__in=pks).values_list("team", flat=True))
            busy |= {team.parent_id for team in Team.objects.filter(parent__in=pks) if team.parent_id}
            free = [team for team in waiting if team.pk not in busy]
            if not free:
                break
            Team.objects.filter(pk__in=[team.pk for team in free]).delete()
            waiting = [team for team in waiting if team.pk in busy]
        for team in waiting:
            self._stays(team)


def _pointed_at(people: Sequence[int], begun: set[str]) -> set[int]:
    """Of these people those at whom a row of any table points beside what the import wrote itself: memberships other
    than those that it ``begun``, and those that have ended since. Queries: 1 for each relation and 500 people.
    """
    found: set[int] = set()
    for part in batched(people):
        for relation in User._meta.related_objects:
            model, name = relation.related_model, relation.field.name
            if model._meta.label in OF_ITSELF and name in ("person", "user"):
                continue
            rows = model._base_manager.filter(**{f"{name}__in": part})
            found |= set(rows.values_list(name, flat=True))
        memberships = Membership.objects.filter(person__in=part).values_list("person", "uid", "until_on")
        found |= {person for person, uid, until_on in memberships if until_on or str(uid) not in begun}
    return found


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _value(code: str, text: str, locations: Mapping[str, int | None]) -> Any:
    if code == "started_on":
        return _day(text)
    return locations.get(text) if code == "location" else text


def _made_again(row: ImportedRow, kept: Sequence[Any]) -> Membership:
    uid, team, from_on, until_on, acting_for = kept
    role = Membership.Role.MEMBER if row.kind in (Kind.CHANGED, Kind.LEAVING) else Membership.Role.MANAGER
    return Membership(
        uid=uid,
        person=row.person,
        team_id=team,
        role=role,
        from_on=date.fromisoformat(from_on),
        until_on=_day(until_on),
        acting_for_id=acting_for,
    )
