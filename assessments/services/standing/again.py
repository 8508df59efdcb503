"""After *not yet* a day comes on which somebody is to be seen again: it is said to them and to their coach on that
morning, unless they have asked before.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.db.models import Exists, OuterRef

from assessments.models import Case, SignOffEvent, SignOffText
from assessments.rules.notices import SEEN_AGAIN_DUE, SEEN_AGAIN_DUE_OF
from coaching.api import coaches_by_learner, standing_coaches_of_people
from lms import clock
from lms.api import paths_to_be_seen_on, plan_reminders

from .ending import LATE, on_the_morning

DAY = timedelta(days=1)


def remind_who_is_seen_again(at: datetime) -> int:
    """Plan what is due now about people who are to be seen again; for the hourly sweep. What was planned before stays
    as it is. Returns how many cases that is about. Queries: 1, and where there are any 3.
    """
    found = list(_due(at))
    if not found:
        return 0
    ids = sorted({case.learner_id for case, _titles, _on in found})
    coaches, standing = coaches_by_learner(ids), standing_coaches_of_people(ids)
    planned = []
    for case, titles, on in found:
        learner = case.learner
        words = {"name": learner.full_name, "skills": ", ".join(titles), "standard": case.version.title}
        around = {who.pk: who for who in [*coaches.get(learner.pk, ()), *standing.get(learner.pk, ())]}
        for who, kind in [(learner, SEEN_AGAIN_DUE), *((who, SEEN_AGAIN_DUE_OF) for who in around.values())]:
            planned.append(on_the_morning(who, kind, case.uid, words, on))
    plan_reminders(row for row in planned if row.due_at <= at)
    return len(found)


def _due(at: datetime) -> Iterator[tuple[Case, list[str], date]]:
    """Cases whose day is there, or was in the last days, with the skills that were *not yet*."""
    days = {at.date() + number * DAY for number in range(-LATE - 1, 2)}
    asked = Case.objects.filter(
        enrolment=OuterRef("event__case__enrolment"),
        standard_uid=OuterRef("event__case__standard_uid"),
        round__gt=OuterRef("event__case__round"),
    )
    signed = SignOffEvent.objects.filter(
        subject=OuterRef("event__subject"),
        skill=OuterRef("event__skill"),
        seq__gt=OuterRef("event__seq"),
        kind=SignOffEvent.Kind.SIGNED,
    )
    rows = SignOffText.objects.filter(
        ~Exists(asked),
        ~Exists(signed),
        name="retry_on",
        value__in=[day.isoformat() for day in days],
        event__kind=SignOffEvent.Kind.NOT_YET,
        event__subject__is_active=True,
        event__case__enrolment__in=paths_to_be_seen_on().values("pk"),
    )
    titles: dict[tuple[Case, date], list[str]] = defaultdict(list)
    related = ("event__case__learner", "event__case__version", "event__skill")
    for row in rows.select_related(*related).order_by("event__case", "event__seq"):
        if row.event.case is not None:
            titles[row.event.case, date.fromisoformat(row.value)].append(row.event.skill.title)
    for (case, on), named in titles.items():
        if 0 <= (clock.today(case.learner.zone, at) - on).days <= LATE:
            yield case, named, on
