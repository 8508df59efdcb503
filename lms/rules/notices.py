"""What the record tells people."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from .duties import BY_CODE
from .notice_kind import NoticeKind, Reader, Words, said_day


def _address_changed(words: Words, reader: Reader) -> str:
    if words["factor"]:
        return _("%(admin)s changed the address of %(name)s and removed the second factor: %(reason)s") % words
    return _("%(admin)s changed the address of %(name)s: %(reason)s") % words


def _duty(words: Words) -> dict[str, object]:
    """The words with the duty as it is called."""
    return {**words, "duty": BY_CODE[words["duty"]].word}


def _duty_given(words: Words, reader: Reader) -> str:
    return _("%(admin)s gave %(name)s a duty, “%(duty)s”: %(reason)s") % _duty(words)


def _duty_given_to_you(words: Words, reader: Reader) -> str:
    return _("%(admin)s gave you a duty, “%(duty)s”: %(reason)s") % _duty(words)


def _duty_ended(words: Words, reader: Reader) -> str:
    return _("%(admin)s ended the duty “%(duty)s” of %(name)s: %(reason)s") % _duty(words)


def _your_duty_ended(words: Words, reader: Reader) -> str:
    return _("%(admin)s ended your duty “%(duty)s”: %(reason)s") % _duty(words)


def _path_paused(words: Words, reader: Reader) -> str:
    said = {**words, "from": said_day(words["from"])}
    if words["until"]:
        said["until"] = said_day(words["until"])
        return _("Your path is paused from %(from)s until %(until)s: %(reason)s") % said
    return _("Your path is paused from %(from)s: %(reason)s") % said


def _time_given(words: Words, reader: Reader) -> str:
    return _("You have more time, until %(day)s: %(reason)s") % {**words, "day": said_day(words["day"])}


def _first_day_changed(words: Words, reader: Reader) -> str:
    return _("Your path begins on %(day)s: %(reason)s") % {**words, "day": said_day(words["day"])}


def _manages_team(words: Words, reader: Reader) -> str:
    said = {**words, "from": said_day(words["from"]), "until": said_day(words["until"]) if words["until"] else ""}
    if words["for"]:
        return _("You stand in for %(for)s as manager of %(team)s from %(from)s until %(until)s.") % said
    if words["until"]:
        return _("%(admin)s made you manager of %(team)s from %(from)s until %(until)s.") % said
    return _("%(admin)s made you manager of %(team)s from %(from)s on.") % said


def _manages_no_more(words: Words, reader: Reader) -> str:
    return _("You manage %(team)s until %(until)s, and not after that.") % {**words, "until": said_day(words["until"])}


def _team_changed(words: Words, reader: Reader) -> str:
    return _("You belong to %(team)s from %(from)s on.") % {**words, "from": said_day(words["from"])}


def _member_comes(words: Words, reader: Reader) -> str:
    return _("%(name)s belongs to %(team)s from %(from)s on.") % {**words, "from": said_day(words["from"])}


def _members_come(words: Words, reader: Reader) -> str:
    said = {**words, "from": said_day(words["from"])}
    return (
        ngettext(
            "%(n)s person belongs to %(team)s from %(from)s on.",
            "%(n)s people belong to %(team)s from %(from)s on.",
            words["n"],
        )
        % said
    )


def _team_without_manager(words: Words, reader: Reader) -> str:
    said = {**words, "day": said_day(words["day"])}
    if words["stands_in"]:
        return _("%(team)s has no manager from %(day)s on. Until you name one, %(stands_in)s answers for it.") % said
    return _("%(team)s has no manager from %(day)s on, and nobody above answers for it. Name one.") % said


SECOND_FACTOR_REMOVED = NoticeKind(
    "lms.second_factor_removed",
    gettext_lazy("%(admin)s removed the second factor of %(name)s: %(reason)s"),
    "people",
    urgent=True,
)
ADDRESS_CHANGED = NoticeKind("lms.address_changed", _address_changed, "people", urgent=True)
DUTY_GIVEN = NoticeKind("lms.duty_given", _duty_given, "duties", urgent=True)
DUTY_GIVEN_TO_YOU = NoticeKind("lms.duty_given_to_you", _duty_given_to_you, "duties", urgent=True)
DUTY_ENDED = NoticeKind("lms.duty_ended", _duty_ended, "duties", urgent=True)
YOUR_DUTY_ENDED = NoticeKind("lms.your_duty_ended", _your_duty_ended, "duties", urgent=True)
ADMINISTRATOR_REPLACED = NoticeKind(
    "lms.administrator_replaced",
    gettext_lazy("%(name)s was made administrator on the machine, in your place."),
    "duties",
    urgent=True,
)
ADMINISTRATOR_MADE = NoticeKind(
    "lms.administrator_made",
    gettext_lazy("%(name)s was made administrator on the machine itself."),
    "duties",
    urgent=True,
)
PATH_PAUSED = NoticeKind("lms.path_paused", _path_paused, "today")
PATH_RESUMED = NoticeKind("lms.path_resumed", gettext_lazy("Your path goes on. Its days count again."), "today")
TIME_GIVEN = NoticeKind("lms.time_given", _time_given, "own path")
STEP_WAIVED = NoticeKind("lms.step_waived", gettext_lazy("You need not do “%(step)s”: %(reason)s"), "own path")
FIRST_DAY_CHANGED = NoticeKind("lms.first_day_changed", _first_day_changed, "own path")

MANAGES_TEAM = NoticeKind("lms.manages_team", _manages_team, "managed people")
MANAGES_NO_MORE = NoticeKind("lms.manages_no_more", _manages_no_more, "managed people")
TEAM_CHANGED = NoticeKind("lms.team_changed", _team_changed, "my people")
MEMBER_COMES = NoticeKind("lms.member_comes", _member_comes, "readiness")
MEMBERS_COME = NoticeKind("lms.members_come", _members_come, "managed people")
IMPORT_TAKEN_BACK = NoticeKind(
    "lms.import_taken_back",
    gettext_lazy("%(admin)s took back what a file of today had changed about you: it is as it was before."),
    "my people",
)
LOCATION_CHANGED = NoticeKind(
    "lms.location_changed",
    gettext_lazy("Your location is now %(location)s: its days off are yours, and what is due follows them."),
    "today",
)
TEAM_WITHOUT_MANAGER = NoticeKind("lms.team_without_manager", _team_without_manager, "team", urgent=True)

KINDS = (
    SECOND_FACTOR_REMOVED,
    ADDRESS_CHANGED,
    DUTY_GIVEN,
    DUTY_GIVEN_TO_YOU,
    DUTY_ENDED,
    YOUR_DUTY_ENDED,
    ADMINISTRATOR_REPLACED,
    ADMINISTRATOR_MADE,
    PATH_PAUSED,
    PATH_RESUMED,
    TIME_GIVEN,
    STEP_WAIVED,
    FIRST_DAY_CHANGED,
    MANAGES_TEAM,
    MANAGES_NO_MORE,
    TEAM_CHANGED,
    MEMBER_COMES,
    MEMBERS_COME,
    IMPORT_TAKEN_BACK,
    LOCATION_CHANGED,
    TEAM_WITHOUT_MANAGER,
)
