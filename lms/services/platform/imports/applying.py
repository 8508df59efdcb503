"""Writing what a file says, in one act."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from secrets import token_hex
from typing import Any
from uuid import UUID

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lms.errors import Conflict, Invalid
from lms.models import AddressProposal, ImportedRow, Membership, Organisation, PeopleImport, Team, User
from lms.policies import people_policy
from lms.rules.notices import LOCATION_CHANGED, MANAGES_NO_MORE, MANAGES_TEAM, MEMBERS_COME, TEAM_CHANGED
from lms.rules.people_files.compare import NEW, Plan, PlannedRow
from lms.rules.people_files.places import Ref, TeamRef
from lms.rules.shown import require_same
from lms.services.platform.acts import act, claim_key
from lms.services.platform.leaving import plan_last_days
from lms.services.platform.navigation import forget_duties
from lms.services.platform.notices import Telling, tell_each
from lms.services.platform.organisation import organisation, organisations_day

from .export import left_out_file
from .files import look_at_import, waiting_import
from .invitations import LATER, plan_invitations
from .record import BATCH, batched
from .teams import DAY, Back, TeamMoves, end_managers, make_teams, name_managers, put_into_teams

Kind = ImportedRow.Kind


@act
def apply_import(
    *,
    actor: User,
    import_uid: UUID,
    shown: str,
    leave_out: bool = False,
    invitations: str = LATER,
    typed: str = "",
    key: UUID,
    at: datetime,
) -> PeopleImport:
    """Write what a kept file says: all of it, or with ``leave_out`` without the rows that cannot be read.

    ``shown``: the fingerprint of the plan that was looked at; ``invitations``: when new people are invited; ``typed``:
    how many leave, where these are many. The file's content goes with what was corrected in it; rows that were left
    out are kept for a day.

    Raises NotAllowed, NotFound, Changed (what it would write is something else by now), Conflict (written already, or
    not kept any more), Invalid (rows cannot be read, nothing to write, a number to type). Queries: about 30, and 1 to 3
    for each 500 rows of a kind.
    """
    people_policy.require(actor, "invite")
    Organisation.objects.select_for_update().get(pk=1)  # two files at once come one after the other
    if not claim_key(actor=actor, name="people.import", key=key, at=at, about=import_uid):
        return PeopleImport.objects.get(uid=import_uid)
    row = waiting_import(actor, import_uid, lock=True)
    look = look_at_import(row, at, actor)
    if look.plan is None:
        raise Invalid(look.question)
    require_same(shown, look.plan.fingerprint)
    _check(look.plan, leave_out=leave_out, typed=typed)
    try:
        with transaction.atomic():
            _Writing(actor, row, look.plan, at).write(invitations)
    except IntegrityError:
        raise Conflict(_("Somebody else changed people at the same moment. Look at the file again.")) from None
    row.left_out = left_out_file(look) or None
    row.content, row.corrections = None, {}
    row.counts, row.applied_by, row.applied_at = look.plan.counts, actor, at
    row.save(update_fields=["left_out", "content", "corrections", "counts", "applied_by", "applied_at"])
    return row


def _check(plan: Plan, *, leave_out: bool, typed: str) -> None:
    """Raises Invalid when this may not be written as it stands."""
    if plan.problems and not leave_out:
        n = len(plan.problems)
        raise Invalid(
            leave_out=ngettext(
                "%(n)s row cannot be read. Correct it, or leave it out.",
                "%(n)s rows cannot be read. Correct them, or leave them out.",
                n,
            )
            % {"n": n}
        )
    if not plan.writes:
        raise Invalid(_("The record says already what the file says: there is nothing to write."))
    if plan.to_type and typed.strip() != str(plan.to_type):
        raise Invalid(
            typed=_("So many people leave by this file that you have to type how many: %(n)s.") % {"n": plan.to_type}
        )


class _Writing:
    """One import on its way into the record."""

    def __init__(self, actor: User, of: PeopleImport, plan: Plan, at: datetime) -> None:
        self.actor, self.of, self.plan, self.at = actor, of, plan, at
        self.organisation = organisation()
        self.today: date = organisations_day(at)
        self.people: dict[Ref, User] = {}
        self.teams: dict[TeamRef, Team] = {}

    def write(self, invitations: str) -> None:
        new = self._make_people()
        self._load_people()
        self._change_people()
        self.teams = make_teams(self.plan.placed.new, {team.pk: team for team in Team.objects.filter(closed_on=None)})
        moves = self._put_into_teams()
        begun = name_managers(
            ((self.teams[team], self.people[who]) for team, who in self.plan.placed.begins), self.today
        )
        ended = end_managers(self.plan.placed.ends, self.today)
        self._leave()
        self._propose()
        self._keep_rows(moves, begun, ended)
        forget_duties(*{row.person_id for row in (*begun, *(row for row, _back in ended))})
        self._tell(begun, [row for row, _back in ended])
        plan_invitations(new, invitations, self.at)

    def _person(self, row: PlannedRow) -> User:
        return self.people["line", row.line] if row.person is None else self.people["id", row.person]

    def _make_people(self) -> list[User]:
        rows = self.plan.of_kind(NEW)
        made = [self._new(row) for row in rows]
        User.objects.bulk_create(made, batch_size=BATCH)
        self.people |= {("line", row.line): person for row, person in zip(rows, made, strict=True)}
        return made

    def _new(self, row: PlannedRow) -> User:
        """Somebody without a passphrase: nothing is hashed, and each has their own, as a link depends on it."""
        values = dict(row.values)
        values["time_zone"] = values["time_zone"] or self.organisation.time_zone
        values["locale"] = values["locale"] or self.organisation.locale
        return User(password=UNUSABLE_PASSWORD_PREFIX + token_hex(20), **values)

    def _load_people(self) -> None:
        """Everybody who is here already and whom the plan names."""
        placed = self.plan.placed
        named = {row.person for row in self.plan.rows if row.person is not None}
        named |= {who[1] for _team, who in placed.begins if who[0] == "id"}
        named |= {who for row in self.plan.rows if row.team for who in self.plan.managers.get(row.team, ())}
        for part in batched(sorted(named)):
            self.people |= {("id", person.pk): person for person in User.objects.filter(pk__in=part)}

    def _change_people(self) -> None:
        by_fields: defaultdict[tuple[str, ...], list[User]] = defaultdict(list)
        for row in self.plan.rows:
            if row.person is not None and row.values:
                person = self.people["id", row.person]
                for name, value in row.values.items():
                    setattr(person, name, value)
                by_fields[tuple(sorted(row.values))].append(person)
        for fields, people in by_fields.items():
            names = [name.removesuffix("_id") for name in fields]
            User.objects.bulk_update(people, names, batch_size=BATCH)

    def _put_into_teams(self) -> TeamMoves:
        pairs = [(row, (self._person(row), self.teams[row.team])) for row in self.plan.rows if row.team is not None]
        new = [pair for row, pair in pairs if row.person is None]
        return put_into_teams(new, [pair for row, pair in pairs if row.person is not None], self.today)

    def _leave(self) -> None:
        by_day: defaultdict[date, list[User]] = defaultdict(list)
        for row in self.plan.rows:
            if row.last_day is not None:
                by_day[row.last_day].append(self._person(row))
        reason = _("As the file %(file)s says.") % {"file": self.of.file_name}
        for day, people in sorted(by_day.items()):
            for part in batched(people):
                plan_last_days(part, last_day=day, reason=reason, by=self.actor, at=self.at)

    def _propose(self) -> None:
        rows = [
            AddressProposal(person=self._person(row), email=row.proposes, of=self.of, proposed_at=self.at)
            for row in self.plan.rows
            if row.proposes
        ]
        AddressProposal.objects.bulk_create(rows, batch_size=BATCH)

    # --- What was written

    def _keep_rows(
        self, moves: TeamMoves, begun: Iterable[Membership], ended: Iterable[tuple[Membership, Back]]
    ) -> None:
        rows = [self._row_of(row, moves) for row in self.plan.rows]
        new = self.plan.placed.new
        rows += [ImportedRow(of=self.of, line=0, kind=Kind.TEAM, team=self.teams["new", key]) for key in new]
        rows += [self._managing(Kind.MANAGES, row, {"begun": [str(row.uid)]}) for row in begun]
        rows += [self._managing(Kind.MANAGED, row, back) for row, back in ended]
        ImportedRow.objects.bulk_create(rows, batch_size=BATCH)

    def _row_of(self, row: PlannedRow, moves: TeamMoves) -> ImportedRow:
        person = self._person(row).pk
        changes = row.changes if row.person is not None else ()
        changed: dict[str, list[Any]] = {change.field: [change.old, change.new] for change in changes}
        return ImportedRow(
            of_id=self.of.pk,
            line=row.line,
            kind=row.kind,
            person_id=person,
            changed=changed,
            back=moves.back_of(person),
        )

    def _managing(self, kind: str, row: Membership, back: Back) -> ImportedRow:
        return ImportedRow(of=self.of, line=0, kind=kind, person_id=row.person_id, team_id=row.team_id, back=back)

    # --- Who is told

    def _tell(self, begun: Sequence[Membership], ended: Sequence[Membership]) -> None:
        """People who were here before; who is new gets an invitation."""
        here = {person.pk for ref, person in self.people.items() if ref[0] == "id"}
        came: defaultdict[TeamRef, int] = defaultdict(int)
        moved, placed = [], []
        for row in self.plan.rows:
            if row.team is not None:
                came[row.team] += 1
                if row.person is not None:
                    moved.append(Telling(self._person(row), {"team": self.teams[row.team].name, "from": self.today}))
            if row.person is not None and "location_id" in row.values:
                name = next(change.new for change in row.changes if change.field == "location")
                placed.append(Telling(self._person(row), {"location": name}))
        tell_each(TEAM_CHANGED, moved, at=self.at)
        tell_each(LOCATION_CHANGED, placed, at=self.at)
        tell_each(
            MANAGES_TEAM,
            (
                Telling(
                    row.person,
                    {
                        "admin": self.actor.full_name,
                        "team": row.team.name,
                        "from": row.from_on,
                        "until": None,
                        "for": "",
                    },
                )
                for row in begun
                if row.person_id in here
            ),
            at=self.at,
        )
        tell_each(
            MANAGES_NO_MORE,
            (Telling(row.person, {"team": row.team.name, "until": self.today - DAY}) for row in ended),
            at=self.at,
        )
        tell_each(
            MEMBERS_COME,
            (
                Telling(self.people["id", manager], {"n": n, "team": self.teams[team].name, "from": self.today})
                for team, n in came.items()
                for manager in self.plan.managers.get(team, ())
                if manager in here and manager != self.actor.pk
            ),
            at=self.at,
        )
