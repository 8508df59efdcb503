"""For ``bin/start``: one machine, no set-up, plain HTTP. Not for real people: see ``production``."""

from .base import *
from .base import (
    TEMPLATES,
    VOUCH_DATA_DIR,
    VOUCH_LEDGER_KEY,
    VOUCH_LEDGER_KEY_FILE,
    env,
    kept_key,
    kept_secret_key,
    private_folder,
)


def kept_passphrase() -> str:
    """That of all people of the demo, as ``bin/start`` has kept it; "" where it has not."""
    path = VOUCH_DATA_DIR / "passphrase"
    return path.read_text().strip() if path.exists() else ""


DEBUG = False
INSTALLED_APPS = [*INSTALLED_APPS, "bench"]  # manage.py generate_people
VOUCH_DEMO = True
SECRET_KEY = env.str("SECRET_KEY", default="") or kept_secret_key()
VOUCH_LEDGER_KEY_FILE = VOUCH_LEDGER_KEY_FILE or ("" if VOUCH_LEDGER_KEY else str(kept_key("ledger_key")))
ALLOWED_HOSTS = [*ALLOWED_HOSTS, "localhost", "127.0.0.1", "[::1]"]
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True  # passkeys work at http://localhost
VOUCH_DEMO_PASSPHRASE = env.str("VOUCH_DEMO_PASSPHRASE", default="") or kept_passphrase()
TEMPLATES[0]["OPTIONS"]["context_processors"] += ["cms.context_processors.demo_door"]  # who one can sign in as
WHITENOISE_USE_FINDERS = True  # serves static/ as it is: no collectstatic step
VOUCH_CLOCK_FILE = env.str("VOUCH_CLOCK_FILE", default="") or None
if not env.str("EMAIL_URL", default=""):
    # Each mail becomes a readable file.
    VOUCH_SMTP_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = private_folder(VOUCH_DATA_DIR / "mail")
