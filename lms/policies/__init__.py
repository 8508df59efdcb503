"""Who may do what in the record, each rule written once as which rows."""

from .base import RowPolicy, everybody, nobody
from .people import people_policy, managed_by
from .enrolments import enrolment_policy

__all__ = ["RowPolicy", "enrolment_policy", "everybody", "managed_by", "nobody", "people_policy"]
