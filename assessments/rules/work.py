"""Work of judging that the worker does, by the name of its task, as people read of it."""

from django.utils.translation import gettext_lazy as _

WORK = {
    "assessments.tasks.sweep": _("Let requests lapse that nobody observed"),
    "assessments.tasks.close_accounts": _("Close accounts whose last day is over"),
    "assessments.tasks.look_who_is_ready": _("Look who is no longer ready"),
    "assessments.tasks.remind_of_endings": _("Say which sign-offs end soon"),
    "assessments.tasks.remind_who_is_seen_again": _("Say who is to be seen again today"),
    "assessments.tasks.mail_receipts": _("Mail receipts to those who signed"),
    "assessments.tasks.verify_ledger": _("Verify the ledger, and mail its anchor"),
}
