"""The server's settings, written anew at every start; the operator's own go into `local.conf` and win."""

from __future__ import annotations

import os
from pathlib import Path

COMMON = {
    "password_encryption": "scram-sha-256",
    "unix_socket_permissions": "0700",
    "max_connections": 60,
    "shared_buffers": "256MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "effective_cache_size": "1GB",
    "random_page_cost": 1.1,
    "jit": "off",  # our statements are short: compiling them costs more than it saves
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "wal_level": "minimal",
    "max_wal_senders": 0,
    # No personal data in the log: neither the statements nor the "Failing row contains (...)" details.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_statement": "none",
    "log_line_prefix": "%m [%p] ",
    "lc_messages": "C",
}
# For clusters that are thrown away: a crash of the machine may lose them, and nobody minds.
THROW_AWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "128MB"}
ENOUGH_SHARED_MEMORY = 512 * 1024 * 1024
OWN_FILE = "jobbridge.conf"
OPERATORS_FILE = "local.conf"


def include_own_file(data: Path) -> None:
    """Once, after initdb: name our file in the main one, and after it the operator's, which begins empty."""
    _write(data / OPERATORS_FILE, "# Your own settings; they win over all others.\n")
    with (data / "postgresql.conf").open("a") as out:
        out.write(f"\ninclude '{OWN_FILE}'\ninclude_if_exists '{OPERATORS_FILE}'\n")


def write_own_file(data: Path, *, port: int, socket_directory: Path, durable: bool) -> None:
    """Write the file the main configuration includes."""
    settings: dict[str, object] = {
        **COMMON,
        **({} if durable else THROW_AWAY),
        "listen_addresses": "127.0.0.1",
        "port": port,
        "unix_socket_directories": socket_directory,
    }
    if _shared_memory() < ENOUGH_SHARED_MEMORY:  # containers give 64 MB by default; parallel queries then fail
        settings["dynamic_shared_memory_type"] = "mmap"
    lines = ["# Written at every start. Your own settings belong in " + OPERATORS_FILE]
    lines += [f"{name} = '{value}'" for name, value in settings.items()]
    _write(data / OWN_FILE, "\n".join(lines) + "\n")


def _write(path: Path, text: str) -> None:
    """The server's account must read what root writes here; the folder keeps everyone else out."""
    path.write_text(text)
    path.chmod(0o644)


def _shared_memory() -> int:
    try:
        size = os.statvfs("/dev/shm")
    except OSError:
        return 0
    return size.f_bavail * size.f_frsize
