"""For real people. SECRET_KEY and ALLOWED_HOSTS must be set; HTTPS only.

Behind a proxy that ends TLS set VOUCH_TRUST_PROXY=1, and let the proxy drop any X-Forwarded-Proto it is sent.
Run ``manage.py collectstatic`` after each upgrade. Without CELERY_BROKER_URL and CACHE_URL the embedded broker and a
cache per process serve one machine well.
"""

from .base import *
from .base import VOUCH_DATA_DIR, env

DEBUG = False
SECRET_KEY = env.str("SECRET_KEY")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS")

SECURE_SSL_REDIRECT = True
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]  # asked by machines beside us, over plain HTTP
if env.bool("VOUCH_TRUST_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
# Preloading binds a whole domain in every browser for years: that is for its owner to decide, not for us.
SILENCED_SYSTEM_CHECKS = [*SILENCED_SYSTEM_CHECKS, "security.W021"]

# __Host-: the browser takes the cookie from this very host only, over HTTPS only.
SESSION_COOKIE_NAME = "__Host-sessionid"
CSRF_COOKIE_NAME = "__Host-csrftoken"
LANGUAGE_COOKIE_NAME = "__Host-language"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https"

STATIC_ROOT = env.str("STATIC_ROOT", default="") or VOUCH_DATA_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
