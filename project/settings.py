"""Settings of every way to run: one file, driven by the environment (design, Layout).

YIYANG_MODE        demo (default), test or production
YIYANG_DATABASE    sqlite:////path/to/file or postgresql://user:password@host:port/name (?host=/socket/dir)
YIYANG_REDIS       redis://host:port/0; the broker, needed where YIYANG_CLOCK is celery
YIYANG_CLOCK       who runs the sweeps of project/clock.py: embedded (a thread of the server), celery (workers, which
                   the server wakes), or none (default: another process does, e.g. manage.py run_clock)
YIYANG_VAR         directory of everything that is written: database, uploads, collected static files
YIYANG_STATIC      directory of the collected static files, where they are not below YIYANG_VAR
YIYANG_SECRET_KEY  required in production
YIYANG_HOSTS       comma-separated host names, required in production
YIYANG_PERSONAL_KEYS  what the keys of patients' data are wrapped by, required in production (docs/personal-data.md)
YIYANG_CLOCK_START the day on which the demonstration's present begins (ISO date or time, Asia/Shanghai); demo mode only
YIYANG_CALENDAR    directory with the calendars of years announced after this version (docs/operations.md)
YIYANG_PG_BIN      directory of pg_dump and pg_restore, where those in PATH are not of the server's version
YIYANG_URL         where people reach the system, for links in e-mails; https://<first host> in production
YIYANG_EMAIL_URL   smtp://, smtp+tls:// or smtps://user:password@host:port, file: or console: (docs/operations.md)
YIYANG_EMAIL_FROM  the sender of e-mails
YIYANG_WEBHOOK_NETWORKS  private networks that the webhook may reach nevertheless, comma-separated (10.20.0.0/16)
YIYANG_PROXIES     how many proxies of one's own stand before the server and name the client's address (default 0)
YIYANG_PASSWORDS   the password profile: mlps3 (default in production) or modern (default elsewhere)
YIYANG_LOG         directory of log files, one a day; in production below YIYANG_VAR unless it is empty (stderr only)
YIYANG_LOG_DAYS    how long log files are kept: 200 by default, in production never less than 183
YIYANG_ANCHOR_KEY  32 bytes in base64, the Ed25519 key that signs the daily anchors of the audit trail (docs/audit.md)
YIYANG_ANCHOR_PUBLIC_KEYS  public keys of earlier anchors that count as well, comma-separated
YIYANG_ANCHOR_EMAIL  comma-separated addresses that each anchor is sent to, outside the reach of whoever runs the system
YIYANG_AUDIT_DIR   directory of the anchors, where it is not below YIYANG_VAR
YIYANG_SCANNER     the virus scanner of uploads: clamd://host:3310, clamd:///run/clamav/clamd.ctl or command:NAME …
YIYANG_FONT_DIRS   further directories with Chinese fonts, separated like PATH
"""

from __future__ import annotations

import datetime as dt
import os
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from project.demo import clock as demo_clock
from project.logs import log_settings
from project.mail import mail_settings
from project.safety import require_own_passwords, require_secret_key

BASE_DIR = Path(__file__).resolve().parent.parent
MODE = os.environ.get("YIYANG_MODE", "demo")
if MODE not in {"demo", "test", "production"}:
    raise ImproperlyConfigured(f"YIYANG_MODE must be demo, test or production, not {MODE!r}")
PRODUCTION = MODE == "production"
DEBUG = os.environ.get("YIYANG_DEBUG") == "1"
if DEBUG and PRODUCTION:
    raise ImproperlyConfigured("YIYANG_DEBUG shows the inside of the system and must not be set in production")
VAR_DIR = Path(os.environ.get("YIYANG_VAR", BASE_DIR / "var"))

PUBLIC_KEY = "not-secret-for-demo-and-tests-only"
SECRET_KEY = os.environ.get("YIYANG_SECRET_KEY", "")
if PRODUCTION:
    require_secret_key(SECRET_KEY, public=PUBLIC_KEY)
SECRET_KEY = SECRET_KEY or PUBLIC_KEY
# The first wraps now, later ones still open what they wrapped (docs/personal-data.md).
PERSONAL_KEYS = [key.strip() for key in os.environ.get("YIYANG_PERSONAL_KEYS", "").split(",") if key.strip()]
ALLOWED_HOSTS = [host for host in os.environ.get("YIYANG_HOSTS", "").split(",") if host]
if not PRODUCTION:
    ALLOWED_HOSTS += ["127.0.0.1", "localhost", "[::1]", "testserver"]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "guardian",
    "treebeard",
    "simple_history",
    "viewflow",
    "viewflow.workflow",
    "django_htmx",
    "csp",
    "axes",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "cases",
    "cases.accounts",
    "workflows",
    "notifications",
    "project.running",
    "project.operations",
    "project.demo",
]

MIDDLEWARE = [
    "project.health.health_middleware",
    "project.proxies.forwarded_address",
    "project.headers.further_headers",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "project.language.ChineseFirstMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "project.methods.spoken_methods",
    "project.sizes.limited_size",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "project.gate.GateMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "project.middleware.RefusalMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "project.urls"
WSGI_APPLICATION = "project.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "project.context.shell",
            ],
        },
    }
]


def database(url: str) -> dict[str, Any]:
    """Django's settings for a database URL; SQLite waits for its write lock and never loses a commit."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": parts.path[1:] if parts.path.startswith("//") else parts.path,
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
            },
        }
    if parts.scheme in {"postgresql", "postgres"}:
        query = dict(parse_qsl(parts.query))
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.lstrip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": query.get("host", parts.hostname or ""),
            "PORT": str(parts.port or query.get("port", "")),
            "CONN_MAX_AGE": 60,
            "CONN_HEALTH_CHECKS": True,
        }
    raise ImproperlyConfigured(f"YIYANG_DATABASE has an unknown scheme: {parts.scheme!r}")


DATABASES = {"default": database(os.environ.get("YIYANG_DATABASE", f"sqlite:///{VAR_DIR / 'yiyang.sqlite3'}"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
PG_BIN = os.environ.get("YIYANG_PG_BIN", "")
REDIS_URL = os.environ.get("YIYANG_REDIS", "")
CLOCK = os.environ.get("YIYANG_CLOCK", "none")
if CLOCK not in {"embedded", "celery", "none"}:
    raise ImproperlyConfigured(f"YIYANG_CLOCK must be embedded, celery or none, not {CLOCK!r}")
if CLOCK == "celery" and not REDIS_URL:
    raise ImproperlyConfigured("YIYANG_CLOCK is celery, so YIYANG_REDIS must name the broker")

AUTH_USER_MODEL = "cases.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "cases.access.AppointmentBackend"]
PASSWORD_PROFILES = {
    "mlps3": {"length": 10, "classes": 3, "history": 5, "days": 90},
    "modern": {"length": 12},
}
PASSWORD_PROFILE = os.environ.get("YIYANG_PASSWORDS", "mlps3" if PRODUCTION else "modern")
if PASSWORD_PROFILE not in PASSWORD_PROFILES:
    raise ImproperlyConfigured(f"YIYANG_PASSWORDS must be mlps3 or modern, not {PASSWORD_PROFILE!r}")
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "cases.passwords.validators.LengthValidator"},
    {"NAME": "cases.passwords.validators.ClassesValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "name", "email", "phone")},
    },
    {"NAME": "cases.passwords.common.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "cases.passwords.validators.HistoryValidator"},
]
SECOND_FACTOR_FORCED = PRODUCTION
ROSTER_NEEDS_CONFIRMATION = PRODUCTION
OTP_TOTP_ISSUER = "医养质管台"
PROXIES = int(os.environ.get("YIYANG_PROXIES", "0"))
AXES_FAILURE_LIMIT = 5
AXES_LOCKOUT_PARAMETERS = ["username", "ip_address"]
AXES_HANDLER = "project.lockout.Handler"
AXES_COOLOFF_TIME = dt.timedelta(minutes=15)
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_LOCKOUT_CALLABLE = "project.lockout.locked_out"
AXES_CLIENT_STR_CALLABLE = "project.lockout.nobody"
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
PASSWORD_RESET_TIMEOUT = 7 * 24 * 3600  # the links for new people are handed out by hand
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "inbox"
LOGOUT_REDIRECT_URL = "login"
ANONYMOUS_USER_NAME = None
SILENCED_SYSTEM_CHECKS = [
    "guardian.W001"
]  # appointments are checked at the moment of asking, so guardian's backend is not
SIMPLE_HISTORY_DATE_INDEX = False
SIMPLE_HISTORY_HISTORY_CHANGE_REASON_USE_TEXT_FIELD = True
SIMPLE_HISTORY_REVERT_DISABLED = True

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "project" / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True
CLOCK_OFFSET = dt.timedelta(0)
CLOCK_START = os.environ.get("YIYANG_CLOCK_START", "")
if MODE == "demo":
    CLOCK_OFFSET = demo_clock.offset(VAR_DIR, CLOCK_START, dt.datetime.now(dt.UTC))
elif CLOCK_START:
    raise ImproperlyConfigured("YIYANG_CLOCK_START is for the demonstration only")
FORMAT_MODULE_PATH = "cases.formats"

CALENDAR_DIR = os.environ.get("YIYANG_CALENDAR", "")

STATIC_URL = "static/"
STATIC_ROOT = Path(os.environ.get("YIYANG_STATIC", VAR_DIR / "static"))
STATICFILES_DIRS = [BASE_DIR / "project" / "static"]
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(VAR_DIR / "files"), "file_permissions_mode": 0o600},
    },
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if MODE == "test"
            else "whitenoise.storage.CompressedManifestStaticFilesStorage"
        ),
        # A proxy reads them as another user; what people upload stays the server's own.
        "OPTIONS": {"file_permissions_mode": 0o644, "directory_permissions_mode": 0o755},
    },
}
WHITENOISE_USE_FINDERS = MODE == "test"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024  # of what is typed; files above 2.5 MB go to disk as they come in
LARGEST_REQUEST = 50 * 1024 * 1024
FILE_UPLOAD_PERMISSIONS = 0o600

SESSION_COOKIE_AGE = 12 * 3600
SESSION_IDLE = 30 * 60
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:", "blob:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}
if PRODUCTION:
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = True
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
    LANGUAGE_COOKIE_NAME = "__Host-language"
    SECURE_SSL_REDIRECT = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True

if PRODUCTION:
    named = ("YIYANG_DATABASE", "YIYANG_REDIS", "YIYANG_EMAIL_URL")
    require_own_passwords(**{name: os.environ.get(name, "") for name in named})

CASE_NAMING = "workflows.naming"
BASE_URL = os.environ.get("YIYANG_URL", "").rstrip("/")
if not BASE_URL:
    BASE_URL = f"https://{ALLOWED_HOSTS[0]}" if PRODUCTION and ALLOWED_HOSTS else "http://127.0.0.1:8000"
EMAIL_URL = os.environ.get("YIYANG_EMAIL_URL", "file:" if MODE == "demo" else "console:" if MODE == "test" else "")
vars().update(mail_settings(EMAIL_URL, var=VAR_DIR))
DEFAULT_FROM_EMAIL = SERVER_EMAIL = os.environ.get(
    "YIYANG_EMAIL_FROM", f"yiyang@{urlsplit(BASE_URL).hostname or 'localhost'}"
)
EMAIL_SUBJECT_PREFIX = ""
WEBHOOK_NETWORKS = [
    ip_network(network.strip())
    for network in os.environ.get("YIYANG_WEBHOOK_NETWORKS", "").split(",")
    if network.strip()
]

AUDIT_DIR = Path(os.environ.get("YIYANG_AUDIT_DIR", VAR_DIR / "audit"))
ANCHOR_KEY = os.environ.get("YIYANG_ANCHOR_KEY", "")
ANCHOR_PUBLIC_KEYS = [key for key in os.environ.get("YIYANG_ANCHOR_PUBLIC_KEYS", "").split(",") if key]
ANCHOR_EMAIL = [address for address in os.environ.get("YIYANG_ANCHOR_EMAIL", "").split(",") if address]

SCANNER = os.environ.get("YIYANG_SCANNER", "")
FONT_DIRS = [directory for directory in os.environ.get("YIYANG_FONT_DIRS", "").split(os.pathsep) if directory]

LOG_DIR = os.environ.get("YIYANG_LOG", str(VAR_DIR / "log") if PRODUCTION else "")
LOG_DAYS = int(os.environ.get("YIYANG_LOG_DAYS", "200"))
if PRODUCTION and LOG_DAYS < 183:
    raise ImproperlyConfigured("YIYANG_LOG_DAYS must be at least 183: logs are kept for six months")
LOGGING = log_settings(LOG_DIR, LOG_DAYS, production=PRODUCTION)
