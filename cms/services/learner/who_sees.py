"""Who can see what about me: the privacy registry, with the people who are meant today named."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from assessments.api import asked_or_seen_by, signers_of
from cms.rules.privacy import AUTHORS as AUTHORING
from coaching.api import my_people
from lms import clock
from lms.api import (
    User,
    administrators,
    duties_of,
    duty_holders,
    learning_administrators,
    managers_above,
    personal_lines,
)
from lms.rules import privacy
from lms.rules.duties import ADMINISTRATOR, AUDITOR
from lms.rules.privacy import Personal

NAMED = 4
"""So many names of one audience are written out; of more, the first and how many there are."""

TITLES = {
    privacy.PROGRESS: gettext_lazy("Progress"),
    privacy.PRACTICE: gettext_lazy("Practice"),
    privacy.JUDGED: gettext_lazy("Observations and decisions"),
    privacy.HELPED: gettext_lazy("Sessions and promises"),
    privacy.EXCHANGE: gettext_lazy("Exchange"),
    privacy.DUTIES: gettext_lazy("What you do for others"),
    privacy.AUTHORED: gettext_lazy("What you write for everybody"),
    privacy.ACCOUNT: gettext_lazy("Account"),
}
ONLY_FOR = {
    privacy.DUTIES: frozenset({"coach", "observer"}),
    privacy.AUTHORED: frozenset({"author", "learning", ADMINISTRATOR}),
}
"""Topics that concern people with these duties only."""


@dataclass(frozen=True, slots=True)
class Group:
    """What the same people see: a sentence that names them, and the lines. ``only_you``: nobody else."""

    sentence: str
    only_you: bool
    lines: tuple[Personal, ...]


@dataclass(frozen=True, slots=True)
class Topic:
    """One part of the page."""

    name: str
    title: Any
    groups: tuple[Group, ...]


def who_sees(person: User, at: datetime) -> list[Topic]:
    """Every topic that concerns the person, in order. Queries: 10 at most, and 0 or 1 for the duties."""
    names, duties = _audiences(person, at), duties_of(person)
    found: dict[str, dict[tuple[str, ...], list[Personal]]] = {topic: {} for topic in privacy.TOPICS}
    for line in personal_lines():
        found[line.topic].setdefault(line.seen_by, []).append(line)
    return [
        Topic(
            topic,
            TITLES[topic],
            tuple(Group(_sentence(seen_by, names), not seen_by, tuple(lines)) for seen_by, lines in groups.items()),
        )
        for topic, groups in found.items()
        if groups and (topic not in ONLY_FOR or ONLY_FOR[topic] & duties)
    ]


def _sentence(seen_by: tuple[str, ...], names: dict[str, str]) -> str:
    if not seen_by:
        return _("Only you.")
    if privacy.NO_PAGE in seen_by:
        return _("Nobody: no page shows it.")
    if privacy.WRITER in seen_by:
        return _("Only the coach who wrote it.")
    if privacy.EVERYBODY in seen_by:
        return _("Everybody who signs in here.")
    return _("You, and %(who)s.") % {"who": get_text_list([names[name] for name in seen_by], _("and"))}


def _audiences(person: User, at: datetime) -> dict[str, str]:
    """Who each audience is today, by name where it is a few people."""
    on = clock.today(person.zone, at)
    coaches = [helper.person for helper in my_people(person, on) if helper.role in ("coach", "cover", "standing")]
    managers = managers_above(person, on)
    learning = [who for who in learning_administrators() if who != person]
    auditors = [who for who in duty_holders(AUDITOR) if who != person]
    runs_it = [who for who in administrators() if who != person]
    asked = asked_or_seen_by(person)
    signers = [who for who in signers_of(person) if who != person]
    return {
        privacy.COACH: _named(coaches, _("your coach %(names)s"), _("your coaches %(names)s"))
        or _("your coach, once you have one"),
        privacy.MANAGERS: _named(managers, _("your manager %(names)s"), _("your managers %(names)s"))
        or _("your manager, once you have one"),
        privacy.LEARNING: _named(
            learning, _("the learning administrator %(names)s"), _("the learning administrators %(names)s")
        )
        or _("learning administrators"),
        privacy.AUDITORS: _named(auditors, _("the auditor %(names)s"), _("the auditors %(names)s")) or _("auditors"),
        privacy.ASKED: _named(asked, _("%(names)s, who was asked to watch"), _("%(names)s, who were asked to watch"))
        or _("whom you ask to watch"),
        privacy.SIGNERS: _named(signers, _("%(names)s, who signed"), _("%(names)s, who signed"))
        or _("whoever signs it"),
        privacy.COUNTERSIGNERS: _("whoever is asked for a countersign, until it is given"),
        privacy.ADMINISTRATORS: _named(runs_it, _("the administrator %(names)s"), _("the administrators %(names)s"))
        or _("administrators"),
        AUTHORING: _("other authors"),
    }


def _named(people: Iterable[User], one: str, many: str) -> str:
    """The people of one audience by name; "" when there is nobody."""
    found = list(dict.fromkeys(who.full_name for who in sorted(set(people), key=lambda who: (who.name_order, who.pk))))
    if not found:
        return ""
    names, more = found[:NAMED], len(found) - NAMED
    if more > 0:
        names.append(ngettext("%(n)s more", "%(n)s more", more) % {"n": more})
    return (one if len(found) == 1 else many) % {"names": get_text_list(names, _("and"))}
