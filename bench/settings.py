"""The demo's settings with a counter in front, and pages that do nothing to compare with."""

from lms.settings.demo import *
from lms.settings.demo import BASE_DIR, DATABASES, MIDDLEWARE, TEMPLATES

DEBUG = False
ROOT_URLCONF = "bench.urls"
MIDDLEWARE = ["bench.counting.CountQueries", *MIDDLEWARE]
DATABASES["default"]["CONN_MAX_AGE"] = 600
TEMPLATES[0]["DIRS"] = [*TEMPLATES[0]["DIRS"], BASE_DIR / "bench" / "templates"]
LOGGING = {"version": 1, "disable_existing_loggers": True}
