"""Work of helping that the worker does, by the name of its task, as people read of it."""

from django.utils.translation import gettext_lazy as _

WORK = {"coaching.tasks.enrol_by_rules": _("Enrol joiners by the rules that are on")}
