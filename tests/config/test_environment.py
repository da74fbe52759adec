"""Production starts with its own secrets or not at all; logs show no number."""

import json
import logging
import os
import subprocess
import sys

import pytest

from jobbridge.config.environment import ConfigurationError, secret_settings
from jobbridge.config.logs import JsonFormatter, scrub
from jobbridge.sealing import generate_keys


def test_production_refuses_to_start_without_secrets(monkeypatch):
    monkeypatch.setenv("JOBBRIDGE_ENV", "production")
    monkeypatch.delenv("JOBBRIDGE_SECRET_KEY", raising=False)
    with pytest.raises(ConfigurationError, match="JOBBRIDGE_SECRET_KEY"):
        secret_settings()
    monkeypatch.setenv("JOBBRIDGE_SECRET_KEY", "x" * 50)
    with pytest.raises(ConfigurationError, match="JOBBRIDGE_SEAL_KEYS"):
        secret_settings()
    monkeypatch.setenv("JOBBRIDGE_SEAL_KEYS", generate_keys())
    assert secret_settings()["SECRET_KEY"] == "x" * 50


def test_django_itself_does_not_come_up_without_them():
    environment = {key: value for key, value in os.environ.items() if not key.startswith("JOBBRIDGE_")}
    environment |= {"JOBBRIDGE_ENV": "production", "DATABASE_URL": "postgresql://x@127.0.0.1:1/x"}
    command = [sys.executable, "-c", "import django; django.setup()"]
    result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert result.returncode != 0
    assert "JOBBRIDGE_SECRET_KEY is missing" in result.stderr


def test_an_unknown_environment_is_named(monkeypatch):
    monkeypatch.setenv("JOBBRIDGE_ENV", "prod")
    with pytest.raises(ConfigurationError, match="prod"):
        secret_settings()


def test_development_keeps_its_secrets(monkeypatch, tmp_path):
    monkeypatch.setenv("JOBBRIDGE_ENV", "dev")
    monkeypatch.setenv("JOBBRIDGE_HOME", str(tmp_path / "state"))
    first = secret_settings()
    assert secret_settings() == first
    assert (tmp_path / "state" / "secrets.json").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("number", ["990101198005010011", "99010119800501001X", "16400000001", "990101800501001"])
def test_no_number_reaches_a_log(number):
    assert number not in scrub(f"refused {number}: bad")
    assert number[:3] in scrub(number)


def test_no_link_of_a_person_reaches_a_log():
    assert scrub("Bad Request: /w/6tg3KLFYP35t/wechat/back/") == "Bad Request: /w/…/wechat/back/"


def test_what_is_no_number_stays():
    assert (
        scrub("merged 12345 rows of batch 17 in 1.25 s on 2026-11-21")
        == "merged 12345 rows of batch 17 in 1.25 s on 2026-11-21"
    )


def test_a_traceback_is_scrubbed_too():
    try:
        raise ValueError("phone 16400000001")
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, "f", 1, "failed %s", ("16400000001",), sys.exc_info())
    entry = json.loads(JsonFormatter().format(record))
    assert "16400000001" not in json.dumps(entry)
    assert "164****0001" in entry["message"]
