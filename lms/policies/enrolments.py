"""Who may see and steer an enrolment, and who may make rules that enrol."""

from __future__ import annotations

from django.db.models import Q

from lms.models import Enrolment, EnrolmentRule, User

from .base import RowPolicy, everybody, nobody
from .duties import is_learning_administrator
from .people import managed_by, managed_teams
from .same_person import oneself


def path_runs(prefix: str = "") -> Q:
    """Rows whose enrolment (at ``prefix``, "" for an enrolment itself) is neither paused nor over."""
    return Q(**{f"{prefix}status": Enrolment.Status.ACTIVE})


def path_can_be_shown_on(prefix: str = "") -> Q:
    """Rows whose enrolment (at ``prefix``) is one on which something can be shown: it runs, or the role that it led to
    is held, so that a sign-off can be renewed or seen again.
    """
    held = Q(**{f"{prefix}role_holding__isnull": False, f"{prefix}role_holding__until_on": None})
    return path_runs(prefix) | held


class EnrolmentPolicy(RowPolicy[Enrolment]):
    """view: learner, manager, L&D - do: the learner, while it is open - show (ask to be seen): the learner, while it
    runs, or the role that it led to is held - steer (pause, extend, waive, mark done): manager, L&D - take_back (and
    undo it): manager, L&D, of what is open or taken back; nobody their own.
    """

    def rows(self, user: User, action: str) -> Q:
        mine = Q(person=user)
        open_ = Q(status__in=Enrolment.OPEN)
        theirs = everybody() if is_learning_administrator(user) else managed_by(user, "person")
        if action == "view":
            return mine | theirs
        if action == "do":
            return mine & path_runs()
        if action == "show":
            return mine & path_can_be_shown_on()
        if action == "steer":
            return theirs & open_ & ~oneself(user, "person")
        if action == "take_back":
            return theirs & (open_ | Q(status=Enrolment.Status.TAKEN_BACK)) & ~oneself(user, "person")
        return nobody()

    def may(self, user: User, action: str) -> bool:
        return action == "add" and (is_learning_administrator(user) or bool(managed_teams(user)))


class EnrolmentRulePolicy(RowPolicy[EnrolmentRule]):
    """view, add (switch on), switch_off: L&D."""

    def rows(self, user: User, action: str) -> Q:
        return everybody() if action in ("view", "switch_off") and self.may(user, "add") else nobody()

    def may(self, user: User, action: str) -> bool:
        return action == "add" and is_learning_administrator(user)


enrolment_policy = EnrolmentPolicy(Enrolment)
enrolment_rule_policy = EnrolmentRulePolicy(EnrolmentRule)
