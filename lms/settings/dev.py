"""For working on Vouch: debug pages, mail on the console, the same database folder as the demo."""

from .base import *
from .base import VOUCH_LEDGER_KEY, VOUCH_LEDGER_KEY_FILE, env, kept_key, kept_secret_key

DEBUG = True
INSTALLED_APPS = [*INSTALLED_APPS, "bench"]  # manage.py generate_people
SECRET_KEY = env.str("SECRET_KEY", default="") or kept_secret_key()
VOUCH_LEDGER_KEY_FILE = VOUCH_LEDGER_KEY_FILE or ("" if VOUCH_LEDGER_KEY else str(kept_key("ledger_key")))
ALLOWED_HOSTS = [*ALLOWED_HOSTS, "localhost", "127.0.0.1", "[::1]"]
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True  # passkeys work at http://localhost
INTERNAL_IPS = ["127.0.0.1", "::1"]
if not env.str("EMAIL_URL", default=""):
    VOUCH_SMTP_BACKEND = "django.core.mail.backends.console.EmailBackend"
