"""The one list: what this floor looks at, and what the others registered."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from . import frame, machine, running
from .finding import Check, Looked, look_at, registered_checks

OURS = (
    Check(_("Versions"), machine.versions),
    Check(_("Database"), machine.database),
    Check(_("Tables"), frame.migrations),
    Check(_("Data folder"), machine.data_folder),
    Check(_("Files of people"), machine.media),
    Check(_("Static files"), machine.static_files),
    Check(_("Disk"), machine.disk),
    Check(_("Clocks"), machine.clocks),
    Check(_("Cache"), machine.cache_keeps),
    Check(_("System checks"), frame.system_checks),
    Check(_("Organisation"), frame.organisation_set_up),
    Check(_("Administrators"), frame.administrator),
    Check(_("Learning"), frame.learning),
    Check(_("Duties"), frame.duties_as_given),
    Check(_("Names"), frame.names),
    Check(_("Schedule"), running.schedule),
    Check(_("Worker"), running.worker),
    Check(_("Mail that waits"), running.mail_leaves),
    Check(_("Mail that was given up"), running.mail_arrives),
    Check(_("Work that failed"), running.work_goes_through),
)


def examine(at: datetime) -> list[Looked]:
    """Look at everything, in the order of the list."""
    return [look_at(check, at) for check in (*OURS, *registered_checks())]
