"""For real people, HTTPS only. Refuses to start with an unsafe setting, and names it (``safety``).

SECRET_KEY, ALLOWED_HOSTS, VOUCH_BASE_URL, EMAIL_URL and VOUCH_LEDGER_KEY_FILE (or VOUCH_LEDGER_KEY) must be set.
VOUCH_SECOND_FACTOR=0 asks nobody for a second factor; only where another log-in in front of Vouch does.

Behind a proxy that ends TLS set VOUCH_TRUST_PROXY=1, and let the proxy replace any X-Forwarded-Proto and
X-Forwarded-For it is sent. Run ``manage.py collectstatic`` after each upgrade. Without CELERY_BROKER_URL and CACHE_URL
the embedded broker and a cache per process serve one machine well.
"""

from .base import *
from .base import STORAGES, VOUCH_DATA_DIR, env
from .safety import insist

DEBUG = env.bool("DEBUG", default=False)  # refused below: better said than ignored
SECRET_KEY = env.str("SECRET_KEY", default="")
VOUCH_SECOND_FACTOR = env.bool("VOUCH_SECOND_FACTOR", default=True)

SECURE_SSL_REDIRECT = True
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]  # asked by machines beside us, over plain HTTP
if env.bool("VOUCH_TRUST_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    # Log-in limits count by the address of the sender, not by that of the proxy.
    ALLAUTH_TRUSTED_PROXY_COUNT = 1
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
# Preloading binds a whole domain in every browser for years: that is for its owner to decide, not for us.
SILENCED_SYSTEM_CHECKS = [*SILENCED_SYSTEM_CHECKS, "security.W021"]

# __Host-: the browser takes the cookie from this very host only, over HTTPS only.
SESSION_COOKIE_NAME = "__Host-sessionid"
CSRF_COOKIE_NAME = "__Host-csrftoken"
LANGUAGE_COOKIE_NAME = "__Host-language"
VOUCH_DEVICE_COOKIE_NAME = "__Host-device"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https"

STATIC_ROOT = env.str("STATIC_ROOT", default="") or VOUCH_DATA_DIR / "static"
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}}

_given = [name for name in ("VOUCH_BASE_URL", "EMAIL_URL") if env.str(name, default="")]
insist(globals())
