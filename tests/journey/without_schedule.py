"""The demo's settings with nothing that runs by the clock: only messages wake the worker."""

from lms.settings.demo import *

CELERY_BEAT_SCHEDULE: dict[str, object] = {}
