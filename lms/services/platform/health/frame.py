"""What must stand before anybody can work: tables, duties, the organisation, the order of names."""

from __future__ import annotations

from datetime import datetime

from django.core.checks import WARNING, run_checks
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lms.models import Organisation
from lms.policies.duties import administrators, learning_administrators
from lms.services.platform.duties import not_written_through
from lms.services.platform.names import unsorted_names

from .finding import HealthFinding


def migrations(at: datetime) -> str | HealthFinding:
    """Whether the tables are those of this version."""
    executor = MigrationExecutor(connection)
    waiting = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    if waiting:
        said = ngettext("%(n)s migration is not applied.", "%(n)s migrations are not applied.", waiting)
        return HealthFinding("migrations-missing", said % {"n": waiting}, _("Run manage.py migrate."))
    return _("All tables are those of this version.")


def system_checks(at: datetime) -> str | HealthFinding:
    """What Django, and our own checks of settings and guards, complain of."""
    messages = run_checks(databases=["default"])
    found = [f"{each.id} {each.msg}" for each in messages if each.level >= WARNING and not each.is_silenced()]
    if found:
        return HealthFinding("system-checks", " ".join(found), _("manage.py check --database default says more."))
    return _("Nothing is found.")


def duties_as_given(at: datetime) -> str | HealthFinding:
    """Django's groups and ``is_superuser`` are what the duties say; whoever was changed behind them has no duty."""
    if differ := not_written_through():
        names = ", ".join(f"{person.full_name} <{person.email}>" for person in differ)
        return HealthFinding(
            "duties-changed-by-hand",
            _("The groups of these people were changed by hand: %(names)s.") % {"names": names},
            _("Run manage.py write_duties: it gives them what their duties say."),
        )
    return _("They are as they were given.")


def administrator(at: datetime) -> str | HealthFinding:
    """Whether somebody can let others in. Queries: 1."""
    count = administrators().count()
    if not count:
        return HealthFinding(
            "no-administrator",
            _("There is no administrator, so nobody can let others in or give a duty."),
            _("Run manage.py create_admin."),
        )
    return ngettext("%(n)s person has this duty.", "%(n)s people have this duty.", count) % {"n": count}


def learning(at: datetime) -> str | HealthFinding:
    """Whether somebody runs learning. Queries: 1."""
    count = learning_administrators().count()
    if not count:
        return HealthFinding(
            "no-learning",
            _("Nobody has the duty Learning, so nobody can enrol people of every team, give grants or publish."),
            _("Invite somebody on the page People, and give them the duty there."),
        )
    return ngettext("%(n)s person has this duty.", "%(n)s people have this duty.", count) % {"n": count}


def organisation_set_up(at: datetime) -> str | HealthFinding:
    """Whether the organisation has its name, zone and working days. Queries: 1."""
    row = Organisation.objects.filter(set_up_at__isnull=False).first()
    if row is None:
        return HealthFinding(
            "no-organisation",
            _("The organisation has no name, zone and working days of its own yet."),
            _("An administrator says what it is called on the page Organisation."),
        )
    return _("%(name)s is set up.") % {"name": row.name}


def names(at: datetime) -> str | HealthFinding:
    """Whether names stand in the order of the organisation's language. Queries: 1, and 1 a table."""
    if count := len(unsorted_names()):
        said = ngettext(
            "%(n)s name stands in another order than the organisation's.",
            "%(n)s names stand in another order than the organisation's.",
            count,
        )
        return HealthFinding("names-unsorted", said % {"n": count}, _("Run manage.py sort_names."))
    return _("They stand in the order of the organisation's language.")
