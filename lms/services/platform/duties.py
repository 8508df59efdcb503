"""Duties: giving one, ending one, and who had which at an instant.

``record_duty`` and ``finish_duty`` are the only places where a row of ``DutyHolding`` begins and ends. Both write
through to Django's groups and ``is_superuser``, which Wagtail asks.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID, uuid4

from django.contrib.auth.models import Group
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from lms.errors import Conflict, Invalid, NotFound
from lms.models import DutyHolding, User
from lms.policies import people_policy
from lms.policies.duties import administrators, forget_held, learning_administrators
from lms.rules.duties import ADMINISTRATOR, BY_CODE, NEVER_EMPTY
from lms.rules.lines import one_line, shorten
from lms.rules.notices import (
    ADMINISTRATOR_MADE,
    ADMINISTRATOR_REPLACED,
    DUTY_ENDED,
    DUTY_GIVEN,
    DUTY_GIVEN_TO_YOU,
    YOUR_DUTY_ENDED,
)

from .acts import act, claim_key
from .log import after_the_log, log_end, log_row, recording
from .navigation import forget_duties
from .notices import tell

LONGEST_REASON = 300


@act
def give_duty(*, actor: User, person_uid: UUID, duty: str, reason: str, key: UUID, at: datetime) -> DutyHolding:
    """Give somebody a duty from now on. They, the other administrators and L&D are told.

    Raises NotFound, NotAllowed (no administrator, or oneself), Invalid (no such duty, no reason), Conflict (they have
    it already). Queries: about 20.
    """
    person = people_policy.get(actor, "duties", uid=person_uid, lock=True)
    why = one_line(reason)[:LONGEST_REASON]
    if duty not in BY_CODE:
        raise Invalid(duty=_("Choose one of these duties."))
    if not why:
        raise Invalid(reason=_("Say why: they, the other administrators and L&D read it."))
    changed = {duty: (None, at.isoformat())}
    if not claim_key(actor=actor, name="duty.give", key=key, at=at, about=person.uid, why=why, changed=changed):
        return DutyHolding.objects.get(uid=key)
    holding = record_duty(person=person, duty=duty, by=actor, reason=why, at=at, uid=key)
    words = {"admin": actor.full_name, "name": person.full_name, "duty": duty, "reason": why}
    tell(DUTY_GIVEN_TO_YOU, [person], about=person.uid, words=words, at=at)
    tell(DUTY_GIVEN, _watching(actor, person), about=person.uid, words=words, at=at)
    return holding


@act
def end_duty(*, actor: User, person_uid: UUID, holding_uid: UUID, reason: str, key: UUID, at: datetime) -> DutyHolding:
    """End a duty of somebody at once. They, the other administrators and L&D are told.

    The last administrator keeps theirs: who could end it is an administrator, too.

    Raises NotFound, NotAllowed (no administrator, or one's own), Invalid (no reason), Conflict (ended already).
    Queries: about 20.
    """
    _hold_administrators()
    person = people_policy.get(actor, "duties", uid=person_uid, lock=True)
    holding = holding_of(person, holding_uid)
    why = one_line(reason)[:LONGEST_REASON]
    if not why:
        raise Invalid(reason=_("Say why: they, the other administrators and L&D read it."))
    changed = {holding.duty: (holding.from_at.isoformat(), at.isoformat())}
    if not claim_key(actor=actor, name="duty.end", key=key, at=at, about=holding.uid, why=why, changed=changed):
        return holding
    if holding.until_at is not None:
        raise Conflict(_("This duty has ended already."))
    keep_duties_held([person], only=holding.duty)
    finish_duty(holding=holding, by=actor, reason=why, at=at)
    words = {"admin": actor.full_name, "name": person.full_name, "duty": holding.duty, "reason": why}
    tell(YOUR_DUTY_ENDED, [person], about=person.uid, words=words, at=at)
    tell(DUTY_ENDED, _watching(actor, person), about=person.uid, words=words, at=at)
    return holding


def _watching(actor: User, person: User) -> QuerySet[User]:
    """Those who watch over duties, without these two: the other administrators and L&D."""
    watching = User.objects.filter(Q(pk__in=administrators()) | Q(pk__in=learning_administrators()))
    return watching.exclude(pk__in=[actor.pk, person.pk])


# --- Where a row begins and ends


@recording()
def record_duty(
    *, person: User, duty: str, by: User | None, reason: str, at: datetime, uid: UUID | None = None
) -> DutyHolding:
    """A duty begins. ``by``: who gave it; nobody for an administrator who is made on the machine.

    Asks for no authority: that is the caller's. Raises Conflict when the person has it then, or had it later.
    """
    later = DutyHolding.objects.filter(Q(until_at=None) | Q(until_at__gt=at), person=person, duty=duty)
    if later.exists():
        words = {"name": person.full_name, "duty": BY_CODE[duty].word}
        raise Conflict(_("%(name)s has the duty “%(duty)s” already.") % words)
    holding = DutyHolding.objects.create(
        uid=uid or uuid4(), person=person, duty=duty, from_at=at, given_by=by, reason=reason
    )
    log_row(holding)
    write_through(person)
    return holding


@recording()
def finish_duty(*, holding: DutyHolding, by: User, reason: str, at: datetime) -> None:
    """A duty ends. Asks for no authority: that is the caller's.

    Not before what was done with it while this act waited for its turn: it stands in the log above. Raises Conflict
    when the clock says that the duty has not begun. Queries: about 12.
    """
    DutyHolding.objects.select_for_update().get(pk=holding.pk)
    at = after_the_log(at)
    if at <= holding.from_at:
        raise Conflict(_("The clock of this machine was set back: this duty has not begun. Ask whoever runs Vouch."))
    holding.until_at, holding.ended_by, holding.ended_reason = at, by, reason
    holding.save(update_fields=["until_at", "ended_by", "ended_reason"])
    log_end(holding)
    write_through(holding.person)


def finish_all_duties(*, person: User, by: User, reason: str, at: datetime) -> None:
    """Whoever leaves has no duty any more; the other administrators and L&D are told of each.

    Raises Conflict where nobody else has one of them.
    """
    keep_duties_held([person])
    open_now = list(DutyHolding.objects.filter(person=person, until_at=None).select_related("person").order_by("pk"))
    for holding in open_now:
        finish_duty(holding=holding, by=by, reason=reason, at=at)
        words = {"admin": by.full_name, "name": person.full_name, "duty": holding.duty, "reason": reason}
        tell(DUTY_ENDED, _watching(by, person), about=person.uid, words=words, at=at)


def keep_duties_held(people: Collection[User], *, only: str = "") -> None:
    """Raises Conflict where one of these people is the only one who stays with a duty that is ``NEVER_EMPTY``.

    ``only``: just this duty ends. Whoever leaves on a planned day does not stay. The open rows are locked: two who go
    at the same moment come one after the other. Queries: 1, 2 where one of them has such a duty.
    """
    going = {person.pk: person.full_name for person in people}
    held = DutyHolding.objects.filter(person__in=going, until_at=None, duty__in=NEVER_EMPTY).values("duty")
    rows = DutyHolding.objects.filter(until_at=None, duty__in=held)
    holdings = list(rows.order_by("pk").select_for_update())
    ending = {row.duty: row for row in holdings if row.person_id in going and only in ("", row.duty)}
    if not ending:
        return
    others = {row.person_id for row in holdings} - going.keys()
    staying = set(User.objects.filter(pk__in=others, is_active=True, left_on=None).values_list("pk", flat=True))
    for duty, row in sorted(ending.items()):
        if not any(other.duty == duty and other.person_id in staying for other in holdings):
            words = {"name": going[row.person_id], "duty": BY_CODE[duty].word}
            raise Conflict(
                _("%(name)s is the only one with the duty “%(duty)s”. Somebody else has to have it first.") % words
            )


def duties_that_end(person: User, at: datetime) -> dict[str, tuple[object, object]]:
    """What an act that ends all duties of somebody changes, as ``claim_key`` keeps it. Queries: 1."""
    open_now = DutyHolding.objects.filter(person=person, until_at=None).order_by("pk")
    return {holding.duty: (holding.from_at.isoformat(), at.isoformat()) for holding in open_now}


def write_through(person: User) -> None:
    """Make Django's groups and ``is_superuser`` of somebody what the rows say, and nothing beside. Queries: about 8."""
    held = set(DutyHolding.objects.filter(person=person, until_at=None).values_list("duty", flat=True))
    names = [BY_CODE[duty].group for duty in sorted(held) if BY_CODE[duty].group]
    person.groups.set([Group.objects.get_or_create(name=name)[0] for name in names])
    person.user_permissions.clear()
    person.is_superuser = ADMINISTRATOR in held
    person.save(update_fields=["is_superuser"])
    forget_held(person)
    forget_duties(person.pk)


# --- Administrators


@recording()
def make_administrator(*, person: User, at: datetime, instead_of: User | None = None) -> DutyHolding:
    """Somebody becomes administrator on the machine itself, where nobody is asked for authority (``create_admin``).

    The first of an installation; or the one who takes the place of an administrator who cannot get in any more, whose
    duty ends. Raises Conflict (there is one; that one is none).
    """
    _hold_administrators()
    at, reason = after_the_log(at), _("Made on the machine.")
    if instead_of is not None:
        old = DutyHolding.objects.filter(person=instead_of, duty=ADMINISTRATOR, until_at=None).first()
        if old is None:
            raise Conflict(_("%(name)s is no administrator.") % {"name": instead_of.full_name})
        finish_duty(holding=old, by=person, reason=_("Replaced on the machine."), at=at)
        made = DutyHolding.objects.filter(duty=ADMINISTRATOR, given_by=None, until_at=None).select_related("person")
        if first := made.first():
            words = {"name": first.person.full_name, "email": first.person.email}
            raise Conflict(
                _("%(name)s was made on the machine, too, and is one still: say --instead-of %(email)s.") % words
            )
        replaced = {"name": person.full_name}
        tell(ADMINISTRATOR_REPLACED, [instead_of], about=instead_of.uid, words=replaced, at=at)
        words = {"name": instead_of.full_name}
        reason = shorten(_("Made on the machine, in place of %(name)s.") % words, LONGEST_REASON)
    elif names := ", ".join(administrators().order_by("name_order").values_list("full_name", flat=True)):
        raise Conflict(
            _("There is an administrator already: %(names)s. They give the duty to others at /people/.")
            % {"names": names}
        )
    holding = record_duty(person=person, duty=ADMINISTRATOR, by=None, reason=reason, at=at)
    words = {"name": person.full_name}
    tell(ADMINISTRATOR_MADE, _watching(person, person), about=person.uid, words=words, at=at)
    return holding


def _hold_administrators() -> None:
    """Two who end each other's duty at the same moment come one after the other. Queries: 1."""
    open_now = DutyHolding.objects.filter(duty=ADMINISTRATOR, until_at=None)
    list(open_now.order_by("pk").select_for_update().values_list("pk"))


# --- Questions


def holding_of(person: User, uid: UUID) -> DutyHolding:
    """One row of somebody's duties. Raises NotFound. Queries: 1."""
    holding = DutyHolding.objects.filter(person=person, uid=uid).select_related("person").first()
    if holding is None:
        raise NotFound(_("There is no such duty here."))
    return holding


def duty_history(person: User) -> QuerySet[DutyHolding]:
    """All that somebody had and has, what began last first."""
    return DutyHolding.objects.filter(person=person).select_related("given_by", "ended_by")


def held_at(at: datetime) -> Q:
    """Rows of duties that somebody had at an instant: ``from_at`` counts, ``until_at`` does not."""
    return Q(from_at__lte=at) & (Q(until_at=None) | Q(until_at__gt=at))


def had_duty(person_id: int, duty: str, at: datetime) -> bool:
    """Whether somebody had a duty at an instant, by the rows alone. Queries: 1."""
    return DutyHolding.objects.filter(held_at(at), person=person_id, duty=duty).exists()


def not_written_through() -> list[User]:
    """People whose groups, permissions or ``is_superuser`` are not what the rows say: somebody changed them behind the
    service's back. They have no duty by that, and Wagtail may show them what is not theirs. Queries: 3.
    """
    said: dict[int, set[str]] = {}
    for pk, duty in DutyHolding.objects.filter(until_at=None).values_list("person", "duty"):
        said.setdefault(pk, set()).add(BY_CODE[duty].group or ADMINISTRATOR)
    found: dict[int, set[str]] = {}
    for pk, name in User.groups.through.objects.values_list("user", "group__name"):
        found.setdefault(pk, set()).add(name)
    for pk in User.objects.filter(is_superuser=True).values_list("pk", flat=True):
        found.setdefault(pk, set()).add(ADMINISTRATOR)
    for pk in User.user_permissions.through.objects.values_list("user", flat=True):
        found.setdefault(pk, set()).add("")
    differ = [pk for pk in said.keys() | found.keys() if said.get(pk) != found.get(pk)]
    return list(User.objects.filter(pk__in=differ).order_by("name_order"))
