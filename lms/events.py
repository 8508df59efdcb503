"""News that goes up a floor after commit. Each signal carries ids only."""

from django.dispatch import Signal

lesson_completed = Signal()  # person_id, lesson_uid
step_completed = Signal()  # enrolment_id, step_id
gate_opened = Signal()  # person_id, skill_id, gate
