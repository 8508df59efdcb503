"""The Celery application. Start a worker with ``manage.py run_all`` or, in production, ``celery -A lms worker``."""

import os
import warnings

from celery import Celery
from celery.exceptions import SecurityWarning

from lms import broker

# Before anything reads it: Celery decides here whether it runs inside Django.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lms.settings.production")

# Celery warns a root user (a container, a demo machine) because pickled messages can run code; ours are JSON only.
warnings.filterwarnings("ignore", "You're running the worker with superuser", SecurityWarning)

broker.install()
app = Celery("vouch")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
