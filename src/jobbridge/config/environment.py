"""What the environment decides: which of dev, test, production runs, and with which secrets.

Production reads every secret from the environment and refuses to start without them. Development and tests keep
theirs in the state folder, made on first use: there is no default secret anywhere that could reach production.
"""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path
from urllib.parse import urlsplit

from jobbridge.postgres import state_home
from jobbridge.sealing import generate_keys

ENVIRONMENTS = ("dev", "test", "production")


class ConfigurationError(RuntimeError):
    """The environment is incomplete; the message names the variable and how to set it."""


def environment() -> str:
    """The value of JOBBRIDGE_ENV, ``dev`` when unset."""
    name = os.environ.get("JOBBRIDGE_ENV", "dev")
    if name not in ENVIRONMENTS:
        raise ConfigurationError(f"JOBBRIDGE_ENV={name!r}: choose one of {', '.join(ENVIRONMENTS)}")
    return name


def state_directory() -> Path:
    """Folder of everything this installation writes outside its database."""
    return state_home()


def public_url() -> str:
    """JOBBRIDGE_PUBLIC_URL without its last slash, "" when unset; ConfigurationError when it is no address.

    Links in messages lead to a person's posts: in production they travel over TLS only.
    """
    url = os.environ.get("JOBBRIDGE_PUBLIC_URL", "").rstrip("/")
    schemes = ("https",) if environment() == "production" else ("https", "http")
    parts = urlsplit(url)
    if url and (parts.scheme not in schemes or not parts.netloc or parts.query or parts.fragment):
        raise ConfigurationError(f"JOBBRIDGE_PUBLIC_URL={url!r}: give an address such as https://jobs.example")
    return url


def secret_settings() -> dict[str, str]:
    """``SECRET_KEY`` and ``SEAL_KEYS`` for this environment; ConfigurationError when production lacks one."""
    if environment() == "production":
        return {
            "SECRET_KEY": _required("JOBBRIDGE_SECRET_KEY"),
            "SEAL_KEYS": _required("JOBBRIDGE_SEAL_KEYS"),
        }
    return _kept_secrets(state_directory() / "secrets.json")


def _required(name: str) -> str:
    value = os.environ.get(name, "")
    if len(value) < 40:
        raise ConfigurationError(
            f"{name} is missing or too short for production. Make one with 'jobbridge secrets' and keep it"
            " safe: data sealed under a lost key cannot be opened again."
        )
    return value


def _kept_secrets(path: Path) -> dict[str, str]:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        made = {"SECRET_KEY": secrets.token_urlsafe(48), "SEAL_KEYS": generate_keys()}
        temporary = path.with_suffix(f".{os.getpid()}")
        temporary.touch(mode=0o600)
        temporary.write_text(json.dumps(made))
        try:
            os.link(temporary, path)  # the first process wins; link never overwrites
        except FileExistsError:
            pass
        finally:
            temporary.unlink()
    return {key: str(value) for key, value in json.loads(path.read_text()).items()}
