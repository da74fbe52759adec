"""Django settings of every environment; what differs between them is read in ``environment``."""

import os
from pathlib import Path

from csp.constants import NONE, SELF, UNSAFE_INLINE
from django.utils.translation import gettext_lazy as _

from jobbridge.config.database import database_settings
from jobbridge.config.environment import environment, public_url, secret_settings, state_directory
from jobbridge.postgres import database_url

ENV = environment()
PRODUCTION = ENV == "production"
PACKAGE = Path(__file__).resolve().parent.parent
STATE = state_directory()
INBOX = STATE / "inbox"  # watched folder: the cycle takes in what lies here
# Where files go once they are stored sealed, an encrypted volume outside the inbox; without it they are removed.
INBOX_TAKEN = Path(taken).resolve() if (taken := os.environ.get("JOBBRIDGE_INBOX_TAKEN", "")) else None

_secrets = secret_settings()
SECRET_KEY = _secrets["SECRET_KEY"]
SEAL_KEYS = _secrets["SEAL_KEYS"]
SEAL_SUITE = os.environ.get("JOBBRIDGE_SEAL_SUITE", "aes")  # aes, or sm for SM4 and SM3
DEBUG = False
ALLOWED_HOSTS = os.environ.get("JOBBRIDGE_HOSTS", "127.0.0.1,localhost,testserver").split(",")
CSRF_TRUSTED_ORIGINS = list(filter(None, os.environ.get("JOBBRIDGE_ORIGINS", "").split(",")))

COUNTY_CODE = os.environ.get("JOBBRIDGE_COUNTY", "500235")
COUNTY_SEAL = os.environ.get("JOBBRIDGE_SEAL_TEXT", "云阳")
# Where people reach the pages from outside, such as https://jobs.example; without it messages carry no links.
PUBLIC_URL = public_url()
# For rehearsals: time of the cycle's day that the file channel takes as now; others go by the real clock.
CYCLE_TIME = os.environ.get("JOBBRIDGE_CYCLE_TIME", "")
SMS_SIGNATURE = os.environ.get("JOBBRIDGE_SMS_SIGNATURE", "云阳就业")
SMS_CHANNEL = os.environ.get("JOBBRIDGE_SMS_CHANNEL", "file")
SMPP_URL = os.environ.get("JOBBRIDGE_SMPP_URL", "")  # smpp://system_id:password@host:port
# Accounts with a text message service (aliyun, tencent) and of the WeChat official account: JOBBRIDGE_SMS_KEY_ID, ...
_ACCOUNT = ("KEY_ID", "KEY_SECRET", "APP_ID", "TEMPLATES", "REGION", "ENDPOINT", "RATE")
SMS_ACCOUNT = {name: os.environ.get(f"JOBBRIDGE_SMS_{name}", "") for name in _ACCOUNT}
WECHAT_ACCOUNT = {name: os.environ.get(f"JOBBRIDGE_WECHAT_{name}", "") for name in _ACCOUNT}

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_htmx",
    "django_cotton.apps.SimpleAppConfig",
    "template_partials.apps.SimpleAppConfig",
    "axes",
    "csp",
    "procrastinate.contrib.django",
    "jobbridge.apps.areas",
    "jobbridge.apps.accounts",
    "jobbridge.apps.audit",
    "jobbridge.apps.files",
    "jobbridge.apps.messaging",
    "jobbridge.apps.imports",
    "jobbridge.apps.registry",
    "jobbridge.apps.employers",
    "jobbridge.apps.brokers",
    "jobbridge.apps.targeting",
    "jobbridge.apps.linkage",
    "jobbridge.apps.casework",
    "jobbridge.apps.vacancies",
    "jobbridge.apps.placements",
    "jobbridge.apps.indicators",
    "jobbridge.apps.cycle",
    "jobbridge.web",
]

MIDDLEWARE = [
    "jobbridge.web.middleware.HealthMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "jobbridge.web.middleware.PrivateMiddleware",
    "jobbridge.web.middleware.LanguageMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "jobbridge.web.middleware.TextMiddleware",
    "jobbridge.web.middleware.FormAddressMiddleware",
    "axes.middleware.AxesMiddleware",
    "jobbridge.web.middleware.ScopeMiddleware",
]

ROOT_URLCONF = "jobbridge.config.urls"
WSGI_APPLICATION = "jobbridge.config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
CSRF_FAILURE_VIEW = "jobbridge.web.door.stale"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_VERBOSE = False
AXES_LOCKOUT_TEMPLATE = "registration/locked.html"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "jobbridge.web.context.shell",
            ],
            "loaders": [
                (
                    "template_partials.loader.Loader",
                    [
                        (
                            "django.template.loaders.cached.Loader",
                            [
                                "django_cotton.cotton_loader.Loader",
                                "django.template.loaders.app_directories.Loader",
                            ],
                        )
                    ],
                )
            ],
            "builtins": [
                "django_cotton.templatetags.cotton",
                "template_partials.templatetags.partials",
                "jobbridge.web.templatetags.zhumo",
                "django.templatetags.i18n",
                "django.templatetags.static",
            ],
        },
    }
]

# The pool belongs to the web server; commands and tests hold one connection.
DATABASES = {"default": database_settings(database_url(), pooled=bool(os.environ.get("JOBBRIDGE_POOL")))}

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "style-src": [SELF],
        "style-src-attr": [UNSAFE_INLINE],  # chart library and bars set widths by attribute
        "img-src": [SELF, "data:"],
        "frame-ancestors": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
    }
}
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
SECURE_HSTS_SECONDS = 31536000 if PRODUCTION else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PRODUCTION else None
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 2**20
FILE_UPLOAD_MAX_MEMORY_SIZE = 5 * 2**20
UPLOAD_LIMIT = 200 * 2**20

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("简体中文")), ("en", _("English"))]
LOCALE_PATHS = [PACKAGE / "web" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

STATIC_URL = "/static/"
STATIC_ROOT = STATE / "static"
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": STATE / "files"},
    },
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if ENV == "test"
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = ENV == "test"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "jobbridge.config.logs.JsonFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("JOBBRIDGE_LOG_LEVEL", "WARNING")},
}
SILENCED_SYSTEM_CHECKS = ["security.W004", "security.W008"] if not PRODUCTION else []
