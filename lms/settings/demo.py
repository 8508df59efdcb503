"""For ``bin/start``: one machine, no set-up, plain HTTP. Not for real people: see ``production``."""

from .base import *
from .base import VOUCH_DATA_DIR, env, kept_secret_key, private_folder

DEBUG = False
VOUCH_DEMO = True
SECRET_KEY = env.str("SECRET_KEY", default="") or kept_secret_key()
ALLOWED_HOSTS = [*ALLOWED_HOSTS, "localhost", "127.0.0.1", "[::1]"]
WHITENOISE_USE_FINDERS = True  # serves static/ as it is: no collectstatic step
VOUCH_CLOCK_FILE = env.str("VOUCH_CLOCK_FILE", default="") or None
if not env.str("EMAIL_URL", default=""):
    # Each mail becomes a readable file.
    VOUCH_SMTP_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = private_folder(VOUCH_DATA_DIR / "mail")
