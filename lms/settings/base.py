"""What every environment shares. The variants are ``dev``, ``demo``, ``test`` and ``production``.

What is read from the environment has its line in ``lms.management.variables`` and on docs/settings.md. Without any of
it everything lives in one folder, ``var/``: a SQLite database, uploads, the task queue, keys, logs.
"""

import os
import secrets
import tomllib
from pathlib import Path
from typing import Any

import environ
from celery.schedules import crontab
from csp.constants import NONCE, NONE, SELF, STRICT_DYNAMIC

env = environ.Env()

BASE_DIR = Path(__file__).resolve().parents[2]
VOUCH_VERSION = tomllib.loads((BASE_DIR / "pyproject.toml").read_text())["project"]["version"]


def private_folder(path: Path) -> Path:
    """The folder, made if need be and closed to other users: it holds what people wrote in confidence."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


VOUCH_DATA_DIR = private_folder(Path(env.str("VOUCH_DATA_DIR", default="") or BASE_DIR / "var").resolve())


def kept_key(name: str) -> Path:
    """The file of a random key, made once in the data folder; for machines where nobody sets one."""
    path = VOUCH_DATA_DIR / name
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(50))
    except FileExistsError:
        pass
    return path


def kept_secret_key() -> str:
    """The key that signs sessions and links, where nobody sets SECRET_KEY."""
    return kept_key("secret_key").read_text()


# --- Applications -----------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    # Ours come first so that our templates win; highest floor first.
    "cms",
    "assessments",
    "coaching",
    "lms",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "django_filters",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "lms.middleware.PagePolicy",
    "lms.middleware.OwnHost",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "lms.middleware.ReadableRequests",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "lms.middleware.OwnHours",
    "lms.middleware.OwnLanguage",
    "lms.middleware.PrivatePages",
    "lms.middleware.DomainErrors",
    "lms.middleware.SecondFactor",
    "cms.middleware.RefusedInAdmin",
    "cms.middleware.OwnHoursInAdmin",
]

ROOT_URLCONF = "lms.urls"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"  # our templates win for fields, too
WSGI_APPLICATION = "lms.wsgi.application"
ASGI_APPLICATION = "lms.asgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "lms.context_processors.page",
            ],
        },
    },
]

# --- Database ---------------------------------------------------------------------------------------------------

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# IMMEDIATE: a transaction takes the write lock when it begins, so that two people who read and then write wait for each
# other instead of failing. WAL: readers never wait for a writer. FULL: a committed sign-off survives a power cut.
# recursive_triggers: INSERT OR REPLACE would otherwise slip past the triggers that guard the ledger.
SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA recursive_triggers=ON;",
}

# jit: to compile a plan takes PostgreSQL longer than any of our questions: a second for a team of three thousand. A
# pooler that knows no start-up options has to be told to leave them out (PgBouncer: ignore_startup_parameters).
# prepare_threshold: what a connection sends for the third time is parsed and planned for good; the values travel beside
# the statement (server_side_binding), so that it stays the same. Not through a pooler that hands every transaction to
# another connection and cannot carry that along (PgBouncer before 1.21): None turns it off.
POSTGRESQL_OPTIONS = {
    "options": "-c jit=off",
    "server_side_binding": True,
    "prepare_threshold": 2 if env.bool("VOUCH_PREPARE_STATEMENTS", default=True) else None,
}


def database() -> dict[str, Any]:
    """The database DATABASE_URL names, or SQLite in the data folder; with the options each of the two needs."""
    url = env.str("DATABASE_URL", default="")
    ours = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(VOUCH_DATA_DIR / "vouch.sqlite3")}
    config: dict[str, Any] = dict(env.db_url_config(url)) if url else ours
    if config["ENGINE"].endswith("sqlite3"):
        config["OPTIONS"] = SQLITE_OPTIONS | config.get("OPTIONS", {})
    else:
        config = {"CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True} | config
        config["OPTIONS"] = POSTGRESQL_OPTIONS | config.get("OPTIONS", {})
    return config | {"ATOMIC_REQUESTS": False}


DATABASES = {"default": database()}
CACHES = {"default": env.cache_url("CACHE_URL", default="locmemcache://")}

# The key that vouches for entries of the record's log (docs/trust.md), never in the database: in the environment or in
# a file of its own, one key a line, the newest first.
VOUCH_LEDGER_KEY = env.str("VOUCH_LEDGER_KEY", default="")
VOUCH_LEDGER_KEY_FILE = env.str("VOUCH_LEDGER_KEY_FILE", default="")

# --- People and log-in ------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "lms.User"
AUTHENTICATION_BACKENDS = ["lms.adapters.ByAddress"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
SESSION_COOKIE_AGE = 12 * 60 * 60

ACCOUNT_ADAPTER = "lms.adapters.InvitationOnlyAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
# An account begins with an invitation sent to its address: whoever opened that link has shown that it is theirs.
# Nobody adds or changes an address of their own (lms.views.address), and the database holds the log-in's table to it.
ACCOUNT_EMAIL_VERIFICATION = "none"
# A password-reset for an unknown address sends nothing (and the page does not tell): no mail to strangers.
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_SESSION_REMEMBER = True  # no question at log-in: every session lasts SESSION_COOKIE_AGE
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Vouch"
# allauth would keep whoever has an address to confirm from a second factor, because strangers could sign up with the
# address of somebody else. Nobody signs up here.
MFA_ALLOW_UNVERIFIED_EMAIL = True
# Listed at log-in only: following every request would cost five queries and a write.
USERSESSIONS_TRACK_ACTIVITY = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""  # the mail says who writes; allauth would put the site's address in brackets
ACCOUNT_FORMS = {
    "login": "lms.forms.log_in.SignInForm",
    "reset_password": "lms.forms.log_in.ResetForm",
    "user_token": "lms.forms.log_in.PassphraseLinkForm",
}
MFA_FORMS = {
    "login_webauthn": "lms.forms.log_in.SignInWithPasskey",
    "authenticate_webauthn": "lms.forms.log_in.ShowPasskey",
    "reauthenticate_webauthn": "lms.forms.log_in.ShowPasskeyAgain",
    "add_webauthn": "lms.forms.log_in.AddPasskey",
}
# Counted by address of the sender, and where "key" stands by the account that is tried; the same for unknown accounts.
# A browser in which somebody signed in before counts apart for that account (lms.adapters, docs/decisions/0027).
VOUCH_DEVICE_COOKIE_NAME = "device"
ACCOUNT_RATE_LIMITS: dict[str, str] | bool = {
    "login": "30/m/ip",
    "login_failed": "10/m/ip,5/5m/key",
    "reset_password": "20/m/ip,5/m/key",
    "reset_password_from_key": "20/m/ip",
    "reauthenticate": "10/m/user",
    "change_password": "5/m/user",
}
# People with a duty show a second factor, or set one up before anything else: lms.middleware.SecondFactor.
VOUCH_SECOND_FACTOR = False

# --- Requests and uploads ---------------------------------------------------------------------------------------

# Wagtail's editor sends many fields; Django's default of 1,000 is too few for a long path.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000
DATA_UPLOAD_MAX_NUMBER_FILES = 20
# Of a whole request, files included; a form without files may have Django's 2.5 MB.
VOUCH_MAX_BODY_BYTES = 25 * 1024 * 1024
FILE_UPLOAD_PERMISSIONS = 0o640
CSRF_FAILURE_VIEW = "lms.middleware.form_too_old"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
# lms.middleware.PagePolicy lifts this to SAMEORIGIN for the admin and its previews.
X_FRAME_OPTIONS = "DENY"
# Scripts run only when this very answer names them; styles come from our files, nothing is written into a page.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [NONCE, STRICT_DYNAMIC],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "media-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
# What a page says next may name people: it stays here, not in a cookie that can be read.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SESSION_ENGINE = "lms.sessions"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"

ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=[])

# --- Language and time ------------------------------------------------------------------------------------------

LANGUAGE_CODE = "en"
# Also what pages are written in; a second one turns Wagtail's translations on. No catalogue is kept yet: whoever adds
# the first makes locale/, and has it compiled where .mo files are made.
LANGUAGES = [("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
# Days and numbers as each language writes them; English as this house does.
FORMAT_MODULE_PATH = "lms.settings.formats"
USE_I18N = True
TIME_ZONE = "UTC"
USE_TZ = True
# A file with an offset in seconds that moves lms.clock; only test and demo settings may set it.
VOUCH_CLOCK_FILE: str | None = None

# --- Files ------------------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "lms.stylesheet.OneStylesheet",  # css/site.css
]
MEDIA_URL = "/media/"
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", default="") or VOUCH_DATA_DIR / "media")
# Folders beside each other: what one address hands out lies in no other's (docs/decisions/0020).
STORAGES = {
    "default": {"BACKEND": "lms.files.Folder", "OPTIONS": {"folder": "library"}},
    "renditions": {"BACKEND": "lms.files.Folder", "OPTIONS": {"folder": "renditions"}},
    "evidence": {"BACKEND": "lms.files.Folder", "OPTIONS": {"folder": "evidence"}},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

# --- Mail -------------------------------------------------------------------------------------------------------

VOUCH_BASE_URL = env.str("VOUCH_BASE_URL", default="http://127.0.0.1:8000").rstrip("/")
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Vouch <vouch@localhost>")
# A request never speaks SMTP: sending writes a row, and the worker delivers it through VOUCH_SMTP_BACKEND.
EMAIL_BACKEND = "lms.mail.OutboxBackend"
EMAIL_TIMEOUT = 20
_mail: dict[str, Any] = env.email_url_config(env.str("EMAIL_URL", default="") or "smtp://localhost:25")
VOUCH_SMTP_BACKEND: str = _mail["EMAIL_BACKEND"]
EMAIL_HOST, EMAIL_PORT = _mail["EMAIL_HOST"], _mail["EMAIL_PORT"]
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _mail["EMAIL_HOST_USER"] or "", _mail["EMAIL_HOST_PASSWORD"] or ""
EMAIL_USE_TLS, EMAIL_USE_SSL = _mail.get("EMAIL_USE_TLS", False), _mail.get("EMAIL_USE_SSL", False)
EMAIL_FILE_PATH = _mail["EMAIL_FILE_PATH"] or VOUCH_DATA_DIR / "mail"

# --- Tasks ------------------------------------------------------------------------------------------------------

# Nothing durable rests on the broker: a message is only a wake-up, the row it is about is the work (docs/decisions).
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default="") or "filesystem://localhost"
if CELERY_BROKER_URL.startswith("filesystem:"):
    _broker = private_folder(VOUCH_DATA_DIR / "broker")
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {
        # One folder for both directions: what a web process writes is what a worker reads.
        "data_folder_in": str(private_folder(_broker / "messages")),
        "data_folder_out": str(_broker / "messages"),
    }
else:
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "visibility_timeout": 2 * 60 * 60,  # longer than any task: a shorter one hands out running work twice
        "unacked_restore_throttle": 1,
        "socket_connect_timeout": 2,
        "socket_timeout": 10,
    }
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A request must not wait for a broker that is down; the sweep finds the row.
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0, "interval_step": 0.1, "interval_max": 0.1}
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = CELERY_RESULT_SERIALIZER = "json"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 60 * 60
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False  # would leave reply files in the embedded broker
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULE_FILENAME = str(VOUCH_DATA_DIR / "beat-schedule")
CELERY_BEAT_SCHEDULER = "lms.schedule.ScheduleWithHeartbeat"


def _every(seconds: int, task: str) -> dict[str, Any]:
    """Expires with its interval, so that a worker that was away finds one message and not a thousand."""
    return {"task": task, "schedule": seconds, "options": {"expires": seconds}}


CELERY_BEAT_SCHEDULE = {
    "heartbeat": _every(60, "lms.tasks.heartbeat"),
    "send-mail": _every(10, "lms.tasks.send_mail"),
    "say-reminders": _every(60, "lms.tasks.say_reminders"),
    "send-invitations": _every(60, "lms.tasks.send_invitations"),
    "forget-files": _every(60 * 60, "lms.tasks.forget_files"),
    "compile-content": _every(60, "cms.tasks.compile_content"),
    "run-schedule": _every(60, "cms.tasks.run_schedule"),
    "load-starter": _every(60, "cms.tasks.load_starter"),
    "sweep-requests": _every(60 * 60, "assessments.tasks.sweep"),
    "look-who-is-ready": _every(60 * 60, "assessments.tasks.look_who_is_ready"),
    "remind-of-endings": _every(60 * 60, "assessments.tasks.remind_of_endings"),
    "remind-who-is-seen-again": _every(60 * 60, "assessments.tasks.remind_who_is_seen_again"),
    "mail-receipts": _every(60, "assessments.tasks.mail_receipts"),
    "verify-ledger": {"task": "assessments.tasks.verify_ledger", "schedule": crontab(hour="2", minute="10")},
    "close-accounts": _every(15 * 60, "assessments.tasks.close_accounts"),
    "follow-pauses": _every(15 * 60, "lms.tasks.follow_pauses"),
    "complete-paths": _every(60 * 60, "lms.tasks.complete_paths"),
    "enrol-by-rules": _every(5 * 60, "coaching.tasks.enrol_by_rules"),
}

# --- Logging ----------------------------------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    # Django has its own console handler under DEBUG only; one handler for all keeps lines from appearing twice.
    "loggers": {"django": {"level": "INFO", "handlers": [], "propagate": True}},
}

# --- Wagtail ----------------------------------------------------------------------------------------------------

WAGTAIL_SITE_NAME = "Vouch"
WAGTAILADMIN_BASE_URL = VOUCH_BASE_URL
WAGTAILADMIN_LOGIN_URL = WAGTAIL_FRONTEND_LOGIN_URL = LOGIN_URL
WAGTAIL_CONTENT_LANGUAGES = LANGUAGES
WAGTAIL_I18N_ENABLED = len(LANGUAGES) > 1
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database"}}
# Nothing about our people or our version leaves the machine.
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_USER_TIME_ZONES = [TIME_ZONE]  # one choice is none: people have their zone, and the admin takes it from there
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
# The address is the log-in and allauth keeps passwords: neither is changed behind its back.
WAGTAIL_PASSWORD_MANAGEMENT_ENABLED = False
WAGTAIL_EMAIL_MANAGEMENT_ENABLED = False
WAGTAIL_EMAIL_MANAGEMENT_ENABLED = False

WAGTAILIMAGES_IMAGE_FORM_BASE = "cms.forms.PictureForm"
WAGTAILIMAGES_RENDITION_STORAGE = "renditions"
WAGTAILIMAGES_IMAGE_MODEL = "cms.CustomImage"
WAGTAILIMAGES_EXTENSIONS = ["avif", "gif", "jpeg", "jpg", "png", "webp"]  # no SVG: it can carry script
WAGTAILIMAGES_MAX_UPLOAD_SIZE = 10 * 1024 * 1024
WAGTAILIMAGES_MAX_IMAGE_PIXELS = 40_000_000
WAGTAILDOCS_DOCUMENT_MODEL = "cms.CustomDocument"
WAGTAILDOCS_EXTENSIONS = ["csv", "docx", "odp", "ods", "odt", "pdf", "pptx", "txt", "vtt", "xlsx"]
WAGTAILDOCS_MAX_UPLOAD_SIZE = 10 * 1024 * 1024
# Through a view: it asks whether this person may have the document, and answers nosniff and as an attachment.
WAGTAILDOCS_SERVE_METHOD = "serve_view"
WAGTAILDOCS_INLINE_CONTENT_TYPES: list[str] = []

VOUCH_DEMO = False

# W004: an address is unique whatever its letter case, by a constraint that the check cannot see.
SILENCED_SYSTEM_CHECKS = ["auth.W004"]
