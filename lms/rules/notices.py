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


def _enrolled(words: Words, reader: Reader) -> str:
    return _("You are on the path “%(path)s” from %(day)s on.") % {**words, "day": said_day(words["day"])}


def _enrolled_by_rule(words: Words, reader: Reader) -> str:
    said = {**words, "day": said_day(words["day"])}
    if words["kind"] == "team":
        return _("%(learner)s is on the path “%(path)s” from %(day)s on, by the rule for the team %(group)s.") % said
    if words["kind"] == "location":
        return _("%(learner)s is on the path “%(path)s” from %(day)s on, by the rule for people in %(group)s.") % said
    return _("%(learner)s is on the path “%(path)s” from %(day)s on, by the rule for the job %(group)s.") % said


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


def _of_leave(words: Words) -> dict[str, object]:
    return {**words, "from": said_day(words["from"]), "until": said_day(words["until"]) if words["until"] else ""}


def _your_leave(words: Words, reader: Reader) -> str:
    said = _of_leave(words)
    if said["until"]:
        return _("You are on leave from %(from)s until %(until)s. Your paths stand still.") % said
    return _("You are on leave from %(from)s on. Your paths stand still.") % said


def _goes_on_leave(words: Words, reader: Reader) -> str:
    said = _of_leave(words)
    if said["until"]:
        return _("%(name)s is on leave from %(from)s until %(until)s. Their paths stand still.") % said
    return _("%(name)s is on leave from %(from)s on. Their paths stand still.") % said


def _your_leave_called_off(words: Words, reader: Reader) -> str:
    return _("Your leave from %(day)s on does not take place.") % {"day": said_day(words["day"])}


def _leave_called_off(words: Words, reader: Reader) -> str:
    return _("The leave of %(name)s from %(day)s on does not take place.") % _with_day(words)


def _return_not_written(words: Words, reader: Reader) -> str:
    said = {**words, "until": said_day(words["until"])}
    return _("%(name)s was on leave until %(until)s. Write down the day on which they are back.") % said


def _back_from_leave(words: Words, reader: Reader) -> str:
    return _("%(name)s is back from leave since %(day)s. Their paths go on.") % _with_day(words)


def _you_leave(words: Words, reader: Reader) -> str:
    return _("Your last day here is %(day)s. Your account closes when it is over.") % _with_day(words)


def _holds_no_more(words: Words, reader: Reader) -> str:
    return _("The role “%(role)s” is yours until %(day)s: %(reason)s") % _with_day(words)


def _leaves(words: Words, reader: Reader) -> str:
    return _("%(name)s leaves on %(day)s. Look at what they hold, and who takes it over.") % _with_day(words)


def _came_back(words: Words, reader: Reader) -> str:
    return _("%(name)s works here again from %(day)s on.") % _with_day(words)


def _with_day(words: Words) -> dict[str, object]:
    return {**words, "day": said_day(words["day"])}


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
ENROLLED = NoticeKind("lms.enrolled", _enrolled, "own path")
ENROLLED_BY_RULE = NoticeKind("lms.enrolled_by_rule", _enrolled_by_rule, "readiness")
PATH_TAKEN_BACK = NoticeKind(
    "lms.path_taken_back", gettext_lazy("Your path “%(path)s” is taken back: %(reason)s"), "today"
)
PATH_TAKEN_BACK_OF = NoticeKind(
    "lms.path_taken_back_of",
    gettext_lazy("%(name)s took back the path “%(path)s” of %(learner)s: %(reason)s"),
    "readiness",
)
PATH_GIVEN_BACK = NoticeKind(
    "lms.path_given_back", gettext_lazy("Your path “%(path)s” goes on: taking it back was undone."), "own path"
)

PATH_COMPLETED = NoticeKind(
    "lms.path_completed",
    gettext_lazy("You have completed the path “%(path)s”. From today on you hold the role %(role)s."),
    "today",
)
PATH_COMPLETED_OF = NoticeKind(
    "lms.path_completed_of",
    gettext_lazy("%(learner)s has completed the path “%(path)s” and holds the role %(role)s from today on."),
    "readiness",
)

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
PHOTO_REMOVED = NoticeKind("lms.photo_removed", gettext_lazy("%(admin)s removed your photo: %(reason)s"), "own facts")
TEAM_WITHOUT_MANAGER = NoticeKind("lms.team_without_manager", _team_without_manager, "team", urgent=True)

FACTS_CHANGED = NoticeKind(
    "lms.facts_changed",
    gettext_lazy("%(admin)s changed what is written down about you: %(facts)s."),
    "own record",
)
YOUR_LEAVE = NoticeKind("lms.your_leave", _your_leave, "today")
GOES_ON_LEAVE = NoticeKind("lms.goes_on_leave", _goes_on_leave, "readiness")
YOUR_LEAVE_CALLED_OFF = NoticeKind("lms.your_leave_called_off", _your_leave_called_off, "today")
LEAVE_CALLED_OFF = NoticeKind("lms.leave_called_off", _leave_called_off, "readiness")
RETURN_NOT_WRITTEN = NoticeKind("lms.return_not_written", _return_not_written, "readiness")
BACK_FROM_LEAVE = NoticeKind("lms.back_from_leave", _back_from_leave, "readiness")
YOU_LEAVE = NoticeKind("lms.you_leave", _you_leave, "today")
LEAVES = NoticeKind("lms.leaves", _leaves, "readiness")
YOU_LEAVE_NOT = NoticeKind("lms.you_leave_not", gettext_lazy("You stay: your last day was called off."), "today")
LEAVES_NOT = NoticeKind("lms.leaves_not", gettext_lazy("%(name)s stays: the last day was called off."), "readiness")
CAME_BACK = NoticeKind("lms.came_back", _came_back, "readiness")
CLOSED_BY_MISTAKE = NoticeKind(
    "lms.closed_by_mistake",
    gettext_lazy("The account of %(name)s was closed by mistake and is open again."),
    "readiness",
)
HOLDS_NO_MORE = NoticeKind("lms.holds_no_more", _holds_no_more, "own skills")

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
    ENROLLED,
    ENROLLED_BY_RULE,
    PATH_TAKEN_BACK,
    PATH_TAKEN_BACK_OF,
    PATH_GIVEN_BACK,
    PATH_COMPLETED,
    PATH_COMPLETED_OF,
    MANAGES_TEAM,
    MANAGES_NO_MORE,
    TEAM_CHANGED,
    MEMBER_COMES,
    MEMBERS_COME,
    IMPORT_TAKEN_BACK,
    LOCATION_CHANGED,
    TEAM_WITHOUT_MANAGER,
    FACTS_CHANGED,
    YOUR_LEAVE,
    GOES_ON_LEAVE,
    YOUR_LEAVE_CALLED_OFF,
    LEAVE_CALLED_OFF,
    RETURN_NOT_WRITTEN,
    BACK_FROM_LEAVE,
    YOU_LEAVE,
    LEAVES,
    YOU_LEAVE_NOT,
    LEAVES_NOT,
    CAME_BACK,
    CLOSED_BY_MISTAKE,
    HOLDS_NO_MORE,
    PHOTO_REMOVED,
)
