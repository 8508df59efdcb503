"""News that goes up a floor after commit. Each signal carries ids only."""

from django.dispatch import Signal

coach_assigned = Signal()  # enrolment_id, coach_id (the person), before_id (the coach before, or None)
coach_ended = Signal()  # enrolment_id, coach_id
session_planned = Signal()  # session_id
session_held = Signal()  # session_id
commitment_done = Signal()  # commitment_id
commitment_confirmed = Signal()  # commitment_id, skill_ids
posted = Signal()  # post_id
example_accepted = Signal()  # post_id
grants_changed = Signal()  # person_id, skill_ids
