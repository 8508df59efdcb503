"""For working on Vouch: debug pages, mail on the console, the same database folder as the demo."""

from .base import *
from .base import env, kept_secret_key

DEBUG = True
SECRET_KEY = env.str("SECRET_KEY", default="") or kept_secret_key()
ALLOWED_HOSTS = [*ALLOWED_HOSTS, "localhost", "127.0.0.1", "[::1]"]
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True  # passkeys work at http://localhost
INTERNAL_IPS = ["127.0.0.1", "::1"]
if not env.str("EMAIL_URL", default=""):
    VOUCH_SMTP_BACKEND = "django.core.mail.backends.console.EmailBackend"
