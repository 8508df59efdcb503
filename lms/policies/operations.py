"""Who may have work and mail that failed tried again."""

from __future__ import annotations

from django.db.models import Q

from lms.models import FailedTask, OutgoingMail, User

from .base import RowPolicy, everybody, nobody
from .duties import is_administrator


class FailedTaskPolicy(RowPolicy[FailedTask]):
    """view (all of Operations), try_again: administrators."""

    def rows(self, user: User, action: str) -> Q:
        return everybody() if action in ("view", "try_again") and is_administrator(user) else nobody()

    def may(self, user: User, action: str) -> bool:
        return action == "view" and is_administrator(user)


class OutgoingMailPolicy(RowPolicy[OutgoingMail]):
    """try_again: administrators. Nobody reads what a mail says."""

    def rows(self, user: User, action: str) -> Q:
        return everybody() if action == "try_again" and is_administrator(user) else nobody()


failed_task_policy = FailedTaskPolicy(FailedTask)
outgoing_mail_policy = OutgoingMailPolicy(OutgoingMail)
