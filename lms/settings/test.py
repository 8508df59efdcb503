"""For pytest: a data folder of its own per run, cheap passwords, a broker in memory.

Two people can test at once: the folder is temporary unless VOUCH_DATA_DIR names one. Xdist workers share it.
"""

import atexit
import os
import re
import shutil
import tempfile

if "VOUCH_DATA_DIR" not in os.environ:
    os.environ["VOUCH_DATA_DIR"] = tempfile.mkdtemp(prefix="vouch-test-")
    # The process that made the folder removes it: its workers inherit the variable and do not come here.
    atexit.register(shutil.rmtree, os.environ["VOUCH_DATA_DIR"], ignore_errors=True)

# bin/test runs one process on each database.
if os.environ.get("VOUCH_TEST_ON") == "postgresql":
    os.environ["DATABASE_URL"] = os.environ["TEST_DATABASE_URL"]

from .base import *
from .base import DATABASES, TEMPLATES, VOUCH_DATA_DIR, env

DEBUG = False
SECRET_KEY = "only for tests"
VOUCH_LEDGER_KEY, VOUCH_LEDGER_KEY_FILE = "only-for-tests", ""
ALLOWED_HOSTS = ["*"]
VOUCH_CLOCK_FILE = env.str("VOUCH_CLOCK_FILE", default="") or None

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, so that threads meet the same locks as in production; in memory they would fail for other reasons.
    DATABASES["default"]["TEST"] = {"NAME": str(VOUCH_DATA_DIR / "test.sqlite3")}
else:
    # Named after this run's folder; no connection outlives a request, or the database could not be dropped.
    DATABASES["default"]["TEST"] = {"NAME": "test_" + re.sub(r"\W", "_", VOUCH_DATA_DIR.name)}
    DATABASES["default"]["CONN_MAX_AGE"] = 0

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
VOUCH_SMTP_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
ACCOUNT_RATE_LIMITS = False
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True  # no scan of all static files whenever a client is made
CELERY_BROKER_URL = "memory://"
CELERY_BROKER_TRANSPORT_OPTIONS = {}

for _engine in TEMPLATES:
    _engine["OPTIONS"]["debug"] = True  # a template error names its line
