"""What helping tells people."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from lms.rules.notice_kind import NoticeKind, Reader, Words, said_day, said_when

EXCHANGE_MAIL = gettext_lazy(
    "Answers to my questions in the exchange, and answers and examples of mine that were accepted"
)


def _when(words: Words, reader: Reader) -> dict[str, object]:
    """The words with the time of a session on the reader's own clock."""
    return {**words, "when": said_when(words["when"], reader)}


def _session_planned(words: Words, reader: Reader) -> str:
    return _("%(who)s planned a session with you on %(when)s: %(title)s") % _when(words, reader)


def _session_moved(words: Words, reader: Reader) -> str:
    return _("%(who)s moved your session to %(when)s: %(title)s") % _when(words, reader)


def _session_cancelled(words: Words, reader: Reader) -> str:
    return _("%(who)s cancelled your session on %(when)s: %(reason)s") % _when(words, reader)


def _session_missed(words: Words, reader: Reader) -> str:
    return _("Your session of %(when)s did not take place. Plan another: %(title)s") % _when(words, reader)


def _session_held(words: Words, reader: Reader) -> str:
    return _("%(who)s wrote down your session of %(when)s: %(title)s") % _when(words, reader)


def _session_without_coach(words: Words, reader: Reader) -> str:
    said = _("Your session on %(when)s is cancelled, because the coach changes: %(title)s")
    return said % _when(words, reader)


def _session_soon(words: Words, reader: Reader) -> str:
    return _("Your session with %(who)s is on %(when)s: %(title)s") % _when(words, reader)


def _challenge_answered(words: Words, reader: Reader) -> str:
    if words["accepted"]:
        return _("You may be seen early: %(title)s. %(words)s") % words
    return _("Not early: %(title)s. %(words)s") % words


def _coach_made(words: Words, reader: Reader) -> str:
    said = ngettext(
        "You are a coach now, for %(n)s learner.", "You are a coach now, for up to %(n)s learners.", words["n"]
    )
    return said % words


def _may_observe(words: Words, reader: Reader) -> str:
    return _("You may observe until %(until)s: %(skills)s") % {**words, "until": said_day(words["until"])}


def _observes_no_more(words: Words, reader: Reader) -> str:
    """Without a reason: what was given on the same day was taken back."""
    if words["reason"]:
        return _("You no longer observe %(skills)s: %(reason)s") % words
    return _("You do not observe %(skills)s after all. The grant was a mistake.") % words


def _you_cover(words: Words, reader: Reader) -> str:
    days = {"from": said_day(words["from"]), "until": said_day(words["until"])}
    return _("You cover for %(coach)s from %(from)s to %(until)s.") % {**words, **days}


SESSION_PLANNED = NoticeKind("coaching.session_planned", _session_planned, "session", urgent=True)
SESSION_MOVED = NoticeKind("coaching.session_moved", _session_moved, "session", urgent=True)
SESSION_CANCELLED = NoticeKind("coaching.session_cancelled", _session_cancelled, "session", urgent=True)
SESSION_WITHOUT_COACH = NoticeKind("coaching.session_without_coach", _session_without_coach, "session", urgent=True)
SESSION_MISSED = NoticeKind("coaching.session_missed", _session_missed, "session")
SESSION_HELD = NoticeKind("coaching.session_held", _session_held, "session")
SESSION_SOON = NoticeKind("coaching.session_soon", _session_soon, "session", urgent=True)

CHALLENGE_ASKED = NoticeKind(
    "coaching.challenge_asked", gettext_lazy("%(learner)s asks to be seen early: %(title)s"), "challenge", urgent=True
)
CHALLENGE_ANSWERED = NoticeKind("coaching.challenge_answered", _challenge_answered, "challenge", urgent=True)

COACH_ENDED = NoticeKind(
    "coaching.coach_ended",
    gettext_lazy("%(coach)s is no longer the coach of %(learner)s: %(reason)s"),
    "my people",
)
COACH_DECLINED = NoticeKind(
    "coaching.coach_declined",
    gettext_lazy("%(coach)s does not become the coach of %(learner)s: %(reason)s"),
    "my people",
)
COACH_FOUND = NoticeKind("coaching.coach_found", gettext_lazy("%(coach)s is your coach now."), "my people")
LEARNER_FOUND = NoticeKind(
    "coaching.learner_found", gettext_lazy("You are the coach of %(learner)s now."), "coached learner", urgent=True
)
HANDED_OVER = NoticeKind(
    "coaching.handed_over",
    gettext_lazy("%(learner)s is handed over to %(coach)s. %(reason)s"),
    "my people",
)
COACH_PROPOSED = NoticeKind(
    "coaching.coach_proposed",
    gettext_lazy("%(actor)s proposes %(coach)s as the coach of %(learner)s. You decide."),
    "choice of a coach",
    urgent=True,
)
COACH_NEEDED = NoticeKind(
    "coaching.coach_needed",
    gettext_lazy("%(coach)s coaches no more: %(learner)s needs another coach. You choose."),
    "choice of a coach",
    urgent=True,
)
STANDING_COACH = NoticeKind(
    "coaching.standing_coach", gettext_lazy("%(coach)s is your standing coach in the role %(role)s."), "my people"
)
STANDING_BEGINS = NoticeKind(
    "coaching.standing_begins",
    gettext_lazy("You are the standing coach of %(name)s in the role %(role)s."),
    "my people",
    urgent=True,
)
STANDING_ENDED = NoticeKind(
    "coaching.standing_ended",
    gettext_lazy("%(coach)s is no longer the standing coach of %(name)s: %(reason)s"),
    "my people",
)
STANDING_NEEDED = NoticeKind(
    "coaching.standing_needed",
    gettext_lazy("%(coach)s is no longer the standing coach of %(name)s. Name somebody else for the role %(role)s."),
    "standing coach",
    urgent=True,
)

COACH_MADE = NoticeKind("coaching.coach_made", _coach_made, "my people")
COVERS = NoticeKind("coaching.covers", _you_cover, "my people")

MAY_OBSERVE = NoticeKind("coaching.may_observe", _may_observe, "my people")
OBSERVES_NO_MORE = NoticeKind("coaching.observes_no_more", _observes_no_more, "my people")

EXAMPLE_ACCEPTED = NoticeKind(
    "coaching.example_accepted",
    gettext_lazy("%(who)s accepted your example: %(title)s"),
    "thread",
    mail=EXCHANGE_MAIL,
)
ANSWER_ACCEPTED = NoticeKind(
    "coaching.answer_accepted",
    gettext_lazy("%(who)s accepted your answer: %(title)s"),
    "thread",
    mail=EXCHANGE_MAIL,
)
QUESTION_ANSWERED = NoticeKind(
    "coaching.question_answered",
    gettext_lazy("%(who)s answered your question: %(title)s"),
    "thread",
    mail=EXCHANGE_MAIL,
)
POST_HIDDEN = NoticeKind(
    "coaching.post_hidden",
    gettext_lazy("A moderator hid your post in “%(title)s”: %(reason)s"),
    "exchange",
)

PROMISE_KEPT = NoticeKind(
    "coaching.promise_kept",
    gettext_lazy("%(learner)s has kept a promise and asks you to confirm it: %(what)s"),
    "commitment",
    urgent=True,
)
PROMISE_CONFIRMED = NoticeKind(
    "coaching.promise_confirmed", gettext_lazy("%(coach)s confirmed: %(skills)s"), "commitment"
)
PROMISE_SENT_BACK = NoticeKind(
    "coaching.promise_sent_back", gettext_lazy("Not yet, says %(coach)s: %(what)s"), "commitment"
)

KINDS = (
    SESSION_PLANNED,
    SESSION_MOVED,
    SESSION_CANCELLED,
    SESSION_WITHOUT_COACH,
    SESSION_MISSED,
    SESSION_HELD,
    SESSION_SOON,
    CHALLENGE_ASKED,
    CHALLENGE_ANSWERED,
    COACH_ENDED,
    COACH_DECLINED,
    COACH_FOUND,
    LEARNER_FOUND,
    HANDED_OVER,
    COACH_PROPOSED,
    COACH_NEEDED,
    STANDING_COACH,
    STANDING_BEGINS,
    STANDING_ENDED,
    STANDING_NEEDED,
    COACH_MADE,
    COVERS,
    MAY_OBSERVE,
    OBSERVES_NO_MORE,
    EXAMPLE_ACCEPTED,
    ANSWER_ACCEPTED,
    QUESTION_ANSWERED,
    POST_HIDDEN,
    PROMISE_KEPT,
    PROMISE_CONFIRMED,
    PROMISE_SENT_BACK,
)
