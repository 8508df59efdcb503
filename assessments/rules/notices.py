"""What judging tells people."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from lms.rules.notice_kind import NoticeKind, Reader, Words, said_day


def _request_answered(words: Words, reader: Reader) -> str:
    if words["accepted"]:
        return _("%(name)s will watch: %(standard)s") % words
    return _("%(name)s cannot watch: %(standard)s") % words


def _countersigned(words: Words, reader: Reader) -> str:
    if words["agreed"]:
        return _("%(name)s countersigned: %(meaning)s") % words
    return _("%(name)s did not countersign: %(meaning)s") % words


def _ledger_found(words: Words, reader: Reader) -> str:
    said = ngettext(
        "Verifying the ledger of sign-offs found %(n)s thing that is not as it was written. %(first)s",
        "Verifying the ledger of sign-offs found %(n)s things that are not as they were written. First: %(first)s",
        words["n"],
    )
    return said % words


def _why_not_ready(words: Words) -> str:
    """What ended it, as a sentence of its own."""
    if words["why"] == "lapsed":
        return _("The sign-off of %(skill)s has run out.") % words
    if words["why"] == "taken_back":
        return _("%(skill)s is no longer vouched for at the level that the role asks for.") % words
    if words["why"] == "asks_more":
        return _("The role asks for more now.")
    return _("The role has ended.")


def _ready_no_more(words: Words, reader: Reader) -> str:
    said = {**words, "sentence": _why_not_ready(words)}
    return _("You are no longer ready for the role %(role)s. %(sentence)s") % said


def _ready_no_more_of(words: Words, reader: Reader) -> str:
    said = {**words, "sentence": _why_not_ready(words)}
    return _("%(name)s is no longer ready for the role %(role)s. %(sentence)s") % said


def _ends_in(words: Words) -> str:
    """When, as a part of a sentence."""
    if not words["left"]:
        return _("today")
    said = ngettext("in %(n)s day, on %(day)s", "in %(n)s days, on %(day)s", words["left"])
    return said % {"n": words["left"], "day": said_day(words["day"])}


def _signoff_ends(words: Words, reader: Reader) -> str:
    said = {**words, "when": _ends_in(words)}
    return _("Your sign-off of %(skill)s ends %(when)s. Ask to be seen again.") % said


def _signoff_ends_of(words: Words, reader: Reader) -> str:
    said = {**words, "when": _ends_in(words)}
    return _("The sign-off of %(skill)s of %(name)s ends %(when)s.") % said


def _standing_coach_missing(words: Words, reader: Reader) -> str:
    said = {**words, "day": said_day(words["day"])}
    return (
        _(
            "The sign-off of %(skill)s of %(name)s ends on %(day)s, and nobody may decide on it. Name a standing coach "
            "for the role %(role)s."
        )
        % said
    )


LEARNER_SEEN = NoticeKind(
    "assessments.learner_seen", gettext_lazy("%(observer)s wrote down what they saw: %(standard)s"), "case"
)
YOUR_LEARNER_SEEN = NoticeKind(
    "assessments.your_learner_seen", gettext_lazy("%(observer)s observed %(learner)s: %(standard)s"), "decision"
)
ASKED_TO_WATCH = NoticeKind(
    "assessments.asked_to_watch", gettext_lazy("%(learner)s asks you to watch: %(standard)s"), "request", urgent=True
)
REQUEST_ANSWERED = NoticeKind("assessments.request_answered", _request_answered, "case", urgent=True)
WATCHES_INSTEAD = NoticeKind(
    "assessments.watches_instead", gettext_lazy("%(name)s watches in place of %(before)s: %(standard)s"), "case"
)
ASKED_NO_MORE = NoticeKind(
    "assessments.asked_no_more",
    gettext_lazy("%(learner)s no longer asks you to watch: %(standard)s"),
    "queue",
    urgent=True,
)
OBSERVER_LEFT = NoticeKind(
    "assessments.observer_left",
    gettext_lazy("%(name)s has left and cannot watch: %(standard)s. Ask somebody else."),
    "case",
)
DECIDED = NoticeKind("assessments.decided", gettext_lazy("%(coach)s decided: %(standard)s"), "case", urgent=True)
MORE_ASKED = NoticeKind(
    "assessments.more_asked", gettext_lazy("%(coach)s asks for more evidence: %(standard)s"), "case", urgent=True
)
COUNTERSIGNED = NoticeKind("assessments.countersigned", _countersigned, "case", urgent=True)
TAKEN_BACK = NoticeKind("assessments.taken_back", gettext_lazy("%(name)s took back: %(meaning)s"), "case", urgent=True)
ATTESTED_TAKEN_BACK = NoticeKind(
    "assessments.attested_taken_back", gettext_lazy("%(name)s took back: %(meaning)s"), "sign-off", urgent=True
)
ERASURE_ASKED = NoticeKind(
    "assessments.erasure_asked",
    gettext_lazy("%(admin)s asks to erase the texts of the sign-offs of %(name)s: %(reason)s"),
    "erasure",
    urgent=True,
)
CALIBRATION_PASSED = NoticeKind(
    "assessments.calibration_passed",
    gettext_lazy("%(name)s passed a calibration (agreement %(kappa)s). A grant for %(skill)s is yours to give."),
    "grants",
    digest=True,
)
HELD_BEFORE_CONFIRMED = NoticeKind(
    "assessments.held_before_confirmed",
    gettext_lazy("It is written down that you hold the role “%(role)s”, as %(recorder)s recorded it"),
    "own skills",
)
HELD_BEFORE_REFUSED = NoticeKind(
    "assessments.held_before_refused",
    gettext_lazy("%(by)s did not confirm what you recorded of %(name)s: %(reason)s"),
    "held before",
)
READY = NoticeKind(
    "assessments.ready",
    gettext_lazy("You are ready for the role %(role)s: everything critical is vouched for."),
    "own skills",
)
READY_OF = NoticeKind("assessments.ready_of", gettext_lazy("%(name)s is ready for the role %(role)s."), "readiness")
READY_NO_MORE = NoticeKind("assessments.ready_no_more", _ready_no_more, "own skills")
READY_NO_MORE_OF = NoticeKind("assessments.ready_no_more_of", _ready_no_more_of, "readiness")
SIGNOFF_ENDS = NoticeKind("assessments.signoff_ends", _signoff_ends, "own skills", digest=True)
SIGNOFF_ENDS_OF = NoticeKind("assessments.signoff_ends_of", _signoff_ends_of, "sign-off", digest=True)
STANDING_COACH_MISSING = NoticeKind(
    "assessments.standing_coach_missing", _standing_coach_missing, "standing coach", digest=True
)
SEEN_AGAIN_DUE = NoticeKind(
    "assessments.seen_again_due",
    gettext_lazy("Today you were to be seen again in %(skills)s: ask somebody to watch “%(standard)s”."),
    "case",
    digest=True,
)
SEEN_AGAIN_DUE_OF = NoticeKind(
    "assessments.seen_again_due_of",
    gettext_lazy("Today %(name)s was to be seen again in %(skills)s, and has asked nobody yet."),
    "case",
    digest=True,
)
LEDGER_FOUND = NoticeKind("assessments.ledger_found", _ledger_found, "notices", urgent=True)
ACCOUNTS_JOINED = NoticeKind(
    "assessments.accounts_joined",
    gettext_lazy("%(admin)s wrote down that %(accounts)s are accounts of one person: %(reason)s"),
    "own record",
    urgent=True,
)
ACCOUNTS_PARTED = NoticeKind(
    "assessments.accounts_parted",
    gettext_lazy("%(admin)s wrote down that %(accounts)s are not accounts of one person: %(reason)s"),
    "own record",
    urgent=True,
)

KINDS = (
    LEARNER_SEEN,
    YOUR_LEARNER_SEEN,
    ASKED_TO_WATCH,
    REQUEST_ANSWERED,
    WATCHES_INSTEAD,
    ASKED_NO_MORE,
    OBSERVER_LEFT,
    DECIDED,
    MORE_ASKED,
    COUNTERSIGNED,
    TAKEN_BACK,
    ATTESTED_TAKEN_BACK,
    ERASURE_ASKED,
    CALIBRATION_PASSED,
    HELD_BEFORE_CONFIRMED,
    HELD_BEFORE_REFUSED,
    READY,
    READY_OF,
    READY_NO_MORE,
    READY_NO_MORE_OF,
    SIGNOFF_ENDS,
    SIGNOFF_ENDS_OF,
    STANDING_COACH_MISSING,
    SEEN_AGAIN_DUE,
    SEEN_AGAIN_DUE_OF,
    LEDGER_FOUND,
    ACCOUNTS_JOINED,
    ACCOUNTS_PARTED,
)
