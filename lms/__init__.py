"""The learning record, and the Django project package."""

# Without this a web process would send tasks to a default application that has no broker.
from .celery import app as celery_app

__all__ = ["celery_app"]
