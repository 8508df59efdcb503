"""The standing coaches that were named with a role move to the table of standing assignments.

Its rows stand in the record's log: what is moved gets its entry with the moment of moving.
"""

import uuid

from django.db import migrations

from lms import clock
from lms.rules.log import sealed


def move(apps, schema_editor):
    from lms.api import log_moved_row, recording

    at = clock.now()
    assignments = apps.get_model("coaching", "StandingAssignment").objects
    named = apps.get_model("lms", "RoleHolding").objects.filter(until_on=None, coach__is_active=True)
    with recording():
        for holding in named.order_by("pk"):
            row = assignments.create(
                uid=uuid.uuid5(holding.uid, "standing"),
                holding=holding,
                coach_id=holding.coach_id,
                assigned_by_id=holding.made_by_id,
                started_at=at,
            )
            said = {
                "uid": row.uid,
                "holding_id": row.holding_id,
                "coach_id": row.coach_id,
                "assigned_by_id": row.assigned_by_id,
                "started_at": row.started_at,
                "person": holding.person_id,
                "role": holding.role_version_id,
            }
            log_moved_row("standing assignment", row.uid, sealed("coaching.StandingAssignment", said), at)


class Migration(migrations.Migration):

    dependencies = [
        ("coaching", "0002_standing_assignments"),
    ]

    operations = [
        migrations.RunPython(move, migrations.RunPython.noop),
    ]
