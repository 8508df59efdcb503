"""Work of the record that the worker does, by the name of its task, as people read of it.

Each app names its own (``<app>/rules/work.py``); only what is named can be tried again.
"""

from django.utils.translation import gettext_lazy as _

WORK = {
    "lms.tasks.heartbeat": _("Show that the worker lives"),
    "lms.tasks.send_mail": _("Send mail"),
    "lms.tasks.say_reminders": _("Remind people of what is due"),
    "lms.tasks.send_invitations": _("Send invitations whose morning has come"),
    "lms.tasks.forget_files": _("Forget files with people that nobody applied"),
    "lms.tasks.follow_pauses": _("Begin and end pauses of paths"),
    "lms.tasks.complete_paths": _("Complete paths of which nothing is left"),
}
