"""The opening balance: what people held before Vouch is recorded by one member of Learning and confirmed by another.

What is confirmed stands as a role holding and as events of the ledger; it counts for 12 months at most, never on a
high-risk standard, and the first decision on a skill takes its place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid5

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from assessments.models import HeldBefore, HeldBeforeSkill, SignOffEvent, StandardVersion
from assessments.policies import held_before_policy
from assessments.rules.ledger import BEGINNING, DECISIONS, held_until
from assessments.rules.notices import HELD_BEFORE_CONFIRMED, HELD_BEFORE_REFUSED
from coaching.api import begin_standing
from lms import clock
from lms.api import (
    RoleProfileVersion,
    User,
    act,
    active_people,
    begin_role_holding,
    claim_key,
    content_now,
    learning_administrators,
    lock_log,
    lock_person,
    log_end,
    log_row,
    newest_role_versions,
    oneself,
    people_policy,
    requirements_of,
    tell,
)
from lms.errors import Conflict, Invalid, NotAllowed
from lms.rules.bounds import HELD_SINCE
from lms.rules.lines import one_line

from .authority import LEARNING
from .chain import Chain, settle

LONGEST_TEXT = 300
AT_ONCE = 100
"""So many entries are confirmed in one act at most."""
OPEN = (HeldBefore.Status.WAITING, HeldBefore.Status.CONFIRMED)


@dataclass(frozen=True, slots=True)
class SkillToAttest:
    """A skill that a role asks for, with the standards on which it can be attested, as they are worded now.

    ``level`` is the one that the role asks for; ``closed`` says why nothing can be attested, "" when it can.
    """

    slug: str
    title: str
    level: int
    standards: tuple[StandardVersion, ...]
    closed: str = ""


@dataclass(frozen=True, slots=True)
class Attest:
    """One skill that somebody holds: at which level, as which standard (its uid) words it."""

    skill: str
    standard: UUID
    level: int


def skills_to_attest(version: RoleProfileVersion, person: User) -> list[SkillToAttest]:
    """What a role asks for, as the choices of the form about one person. Queries: 5."""
    asked = requirements_of([version.pk])[version.pk]
    standards = _standards_by_skill({row.skill_id for row in asked})
    decided, attested = _decided(person), _attested(person)
    found = []
    for row in asked:
        known = [item for item in standards.get(row.skill_id, ()) if row.standard_uid in (None, item.standard_uid)]
        low = tuple(item for item in known if item.risk != StandardVersion.Risk.HIGH)
        closed = ""
        if row.skill_id in decided:
            closed = _("Decided here before: that counts.")
        elif row.skill_id in attested:
            closed = _("Attested before.")
        elif not known:
            closed = _("No standard asks for it yet.")
        elif not low:
            closed = _("High risk: it has to be seen here.")
        found.append(SkillToAttest(row.skill.slug, row.skill.title, row.level, low, closed))
    return found


@act
def record_held_before(
    *,
    actor: User,
    person_uid: UUID,
    role_version_uid: UUID,
    since: date,
    source: str,
    coach_uid: UUID | None,
    skills: Sequence[Attest],
    key: UUID,
    at: datetime,
) -> HeldBefore:
    """Record what somebody held before; it waits until another member of Learning confirms it.

    Raises NotFound, NotAllowed (not L&D, or oneself), Invalid (day, source, role, coach, a skill), Conflict (recorded
    already).
    """
    person = people_policy.get(actor, "attest", uid=person_uid, lock=True)
    if not claim_key(actor=actor, name="held_before.record", key=key, at=at, about=person.uid):
        return HeldBefore.objects.get(uid=key)
    source = one_line(source)[:LONGEST_TEXT]
    if not source:
        raise Invalid(source=_("Say how this is known: a certificate, a list, somebody who worked with them."))
    HELD_SINCE.check("since", since, clock.today(person.zone, at))
    version = newest_role_versions().filter(uid=role_version_uid).first()
    if version is None:
        raise Invalid(role=_("Choose a role."))
    coach = active_people().filter(~oneself(person), uid=coach_uid).first() if coach_uid else None
    if coach_uid and coach is None:
        raise Invalid(coach=_("Choose somebody else who works here."))
    lines = _lines(version, person, skills)
    if HeldBefore.objects.filter(person=person, role_version__profile=version.profile_id, status__in=OPEN).exists():
        raise Conflict(_("This role of theirs was recorded before: see the list."))
    entry = HeldBefore.objects.create(
        uid=key,
        person=person,
        role_version=version,
        since=since,
        coach=coach,
        source=source,
        recorded_by=actor,
        recorded_at=at,
    )
    HeldBeforeSkill.objects.bulk_create(
        [HeldBeforeSkill(entry=entry, skill_id=skill, version=found, level=level) for skill, found, level in lines]
    )
    log_row(entry)
    return entry


def _lines(
    version: RoleProfileVersion, person: User, skills: Sequence[Attest]
) -> list[tuple[int, StandardVersion, int]]:
    """Skill id, standard and level of each, as the form offers them. Raises Invalid, by the slug of the skill."""
    ids = {row.skill.slug: row.skill_id for row in requirements_of([version.pk])[version.pk]}
    choices = {choice.slug: choice for choice in skills_to_attest(version, person)}
    problems, found = {}, []
    for item in skills:
        choice = choices.get(item.skill)
        standard = (
            next((each for each in choice.standards if each.standard_uid == item.standard), None) if choice else None
        )
        if choice is None:
            problems[item.skill] = _("This role does not ask for it.")
        elif choice.closed:
            problems[item.skill] = choice.closed
        elif standard is None:
            problems[item.skill] = _("Choose a standard.")
        elif not 1 <= item.level <= standard.grants:
            problems[item.skill] = _("“%(standard)s” permits level %(n)s at most.") % {
                "standard": standard.title,
                "n": standard.grants,
            }
        else:
            found.append((ids[item.skill], standard, item.level))
    if problems:
        raise Invalid(**problems)
    return found


@act
def confirm_held_before(*, actor: User, entry_uids: Sequence[UUID], key: UUID, at: datetime) -> list[HeldBefore]:
    """Confirm what another member of Learning recorded: each person holds the role from then on, and each skill stands
    in the ledger. A skill that was decided here meanwhile is left out. An entry never changes once it is recorded, so
    that its uid says what was shown.

    Raises NotFound, NotAllowed (not L&D, recorded it, or about oneself), Invalid (none chosen, too many), Conflict
    (answered meanwhile, too old, or somebody has left). Queries: about 12 an entry.
    """
    if not 1 <= len(entry_uids) <= AT_ONCE:
        raise Invalid(entries=_("Choose 1 to %(n)s entries.") % {"n": AT_ONCE})
    if not claim_key(actor=actor, name="held_before.confirm", key=key, at=at, about=key):
        return list(_with_all(HeldBefore.objects.filter(uid__in=entry_uids)))
    rows = list(_with_all(held_before_policy.queryset(actor, "view").filter(uid__in=entry_uids)))
    for person_id in sorted({row.person_id for row in rows}):
        lock_person(person_id)
    lock_log()
    if not active_people().filter(pk=actor.pk).exists():
        raise NotAllowed(_("Your account has ended, so this is no longer yours to do."))
    for uid in entry_uids:
        held_before_policy.get(actor, "view", uid=uid)
    rows = list(_with_all(HeldBefore.objects.filter(pk__in=[row.pk for row in rows])))
    for entry in rows:
        _check_open(entry, at)
        held_before_policy.get(actor, "confirm", uid=entry.uid)
        _answer(entry, HeldBefore.Status.CONFIRMED, actor, "", at)
        _stands(entry, actor, uuid5(key, str(entry.uid)), at)
    return rows


def _check_open(entry: HeldBefore, at: datetime) -> None:
    name = {"name": entry.person.full_name}
    if entry.status != HeldBefore.Status.WAITING:
        raise Conflict(_("What %(name)s held was answered in the meantime.") % name)
    if not entry.person.is_active:
        raise Conflict(_("%(name)s has left. Do not confirm their entry.") % name)
    today = clock.today(entry.person.zone, at)
    if any(_ends(entry, row.version) < today for row in entry.skills.all()):
        raise Conflict(_("What %(name)s held was recorded too long ago. Take it back and record it anew.") % name)


def _ends(entry: HeldBefore, version: StandardVersion) -> date:
    return held_until(entry.recorded_at.date(), version.valid_months)


def _answer(entry: HeldBefore, status: str, actor: User, reason: str, at: datetime) -> None:
    """Write the answer, and into the log. Raises Conflict when somebody else answered meanwhile. Queries: 3."""
    values = {"status": status, "answered_by": actor, "answered_at": at, "answer_reason": reason}
    if not HeldBefore.objects.filter(pk=entry.pk, status=HeldBefore.Status.WAITING).update(**values):
        raise Conflict(_("What %(name)s held was answered in the meantime.") % {"name": entry.person.full_name})
    for name, value in values.items():
        setattr(entry, name, value)
    log_end(entry)


def _stands(entry: HeldBefore, actor: User, key: UUID, at: datetime) -> None:
    """The role holding with its standing coach, and one event a skill that was not decided here. Queries: about 9."""
    version = entry.role_version
    holding = begin_role_holding(
        uid=entry.uid, person=entry.person, version=version, from_on=entry.since, by=actor, at=at
    )
    begin_standing(holding=holding, coach=entry.coach, by=actor, uid=uuid5(entry.uid, "standing"), at=at)
    chain = Chain.of(entry.person_id)
    known = {event.skill_id for event in chain.events if event.kind in (*DECISIONS, *BEGINNING)}
    made = [
        chain.add(
            subject=entry.person,
            version=row.version,
            case=None,
            skill=row.skill,
            kind=SignOffEvent.Kind.HELD_BEFORE,
            signer=actor,
            authority=LEARNING,
            texts={"source": entry.source},
            payload={
                "entry": str(entry.uid),
                "since": entry.since.isoformat(),
                "content": content_now(),
                "authority": {"duty": "learning"},
            },
            key=key,
            at=at,
            level=row.level,
            valid_until=_ends(entry, row.version),
        )
        for row in entry.skills.all()
        if row.skill_id not in known
    ]
    settle(chain, made, (), actor, key, at)
    words = {"role": version.profile.title, "name": entry.person.full_name, "recorder": entry.recorded_by.full_name}
    in_log = [event.uid for event in made]
    tell(HELD_BEFORE_CONFIRMED, [entry.person], about=entry.person.uid, words=words, at=at, in_log=in_log)


@act
def refuse_held_before(*, actor: User, entry_uid: UUID, reason: str, key: UUID, at: datetime) -> HeldBefore:
    """Do not confirm an entry; whoever recorded it takes it back this way.

    Raises NotFound, NotAllowed (not L&D, or about oneself), Invalid (no reason), Conflict (answered meanwhile).
    """
    entry = held_before_policy.get(actor, "view", uid=entry_uid, related=("person", "recorded_by"))
    reason = one_line(reason)[:LONGEST_TEXT]
    if not claim_key(actor=actor, name="held_before.refuse", key=key, at=at, about=entry.person.uid, why=reason):
        return entry
    lock_person(entry.person_id)
    lock_log()
    if not reason:
        raise Invalid(reason=_("Say why, in one sentence."))
    own = entry.recorded_by_id == actor.pk
    status = HeldBefore.Status.TAKEN_BACK if own else HeldBefore.Status.REFUSED
    _answer(entry, status, actor, reason, at)
    if not own:
        words = {"name": entry.person.full_name, "by": actor.full_name, "reason": reason}
        tell(HELD_BEFORE_REFUSED, [entry.recorded_by], words=words, at=at)
    return entry


# --- Reading


def held_before_entries(reader: User, status: str) -> QuerySet[HeldBefore]:
    """Entries in one state that the reader may see, oldest first, with all that a list says. Queries: 3 when read."""
    return _with_all(held_before_policy.queryset(reader, "view").filter(status=status))


def another_can_confirm(entry_by: User) -> bool:
    """Whether another member of Learning is there to confirm what one recorded. Queries: 1."""
    return learning_administrators().exclude(pk=entry_by.pk).exists()


def _with_all(rows: QuerySet[HeldBefore]) -> QuerySet[HeldBefore]:
    joined = rows.select_related("person", "role_version__profile", "coach", "recorded_by", "answered_by")
    return joined.prefetch_related("skills__skill", "skills__version").order_by("recorded_at", "pk")


def _standards_by_skill(skill_ids: set[int]) -> Mapping[int, list[StandardVersion]]:
    """The newest version of each standard that asks for these skills, by skill. Queries: 2."""
    newest: dict[UUID, StandardVersion] = {}
    rows = StandardVersion.objects.filter(skills__in=skill_ids).distinct().prefetch_related("skills")
    for row in rows.order_by("number"):
        newest[row.standard_uid] = row
    found: dict[int, list[StandardVersion]] = {}
    for row in sorted(newest.values(), key=lambda row: (row.title, row.pk)):
        for skill in row.skills.all():
            found.setdefault(skill.pk, []).append(row)
    return found


def _decided(person: User) -> set[int]:
    rows = SignOffEvent.objects.filter(subject=person, kind__in=DECISIONS)
    return set(rows.values_list("skill_id", flat=True))


def _attested(person: User) -> set[int]:
    """Skills that stand in the ledger as held before, or wait to be confirmed. Queries: 2."""
    rows = SignOffEvent.objects.filter(subject=person, kind=SignOffEvent.Kind.HELD_BEFORE)
    waiting = HeldBeforeSkill.objects.filter(entry__person=person, entry__status=HeldBefore.Status.WAITING)
    return set(rows.values_list("skill_id", flat=True)) | set(waiting.values_list("skill_id", flat=True))
