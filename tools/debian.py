"""Installing packages of Debian, for the other tools here."""

from __future__ import annotations

import os
import shutil
import subprocess


def install(packages: list[str], purpose: str) -> None:
    """Install packages if we may, else say how and end the process.

    Parameters
    ----------
    packages
        Names of Debian packages.
    purpose
        What they are for, to complete the sentence "... is needed for".
    """
    names = " ".join(packages)
    if shutil.which("apt-get") is None:
        raise SystemExit(f"Needed for {purpose}: {names} (names of Debian packages). Install and try again.")
    privilege = [] if os.geteuid() == 0 else _silent_sudo()
    if privilege is None:
        raise SystemExit(f"Needed for {purpose}: {names}. Install and try again:\n  sudo apt-get install {names}")
    print(f"installing {names} for {purpose}", flush=True)
    command = [*privilege, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", "-y"]
    fetch = [*command, "--no-install-recommends", "install", *packages]
    quiet = {"stdout": subprocess.DEVNULL, "check": False}
    if subprocess.run(fetch, stderr=subprocess.DEVNULL, **quiet).returncode != 0:  # the package lists may be old
        subprocess.run([*command, "update"], **quiet)
        if subprocess.run(fetch, **quiet).returncode != 0:
            raise SystemExit(f"apt-get could not install {names}; it is needed for {purpose}")


def _silent_sudo() -> list[str] | None:
    """sudo, if it asks no password."""
    sudo = shutil.which("sudo")
    if sudo and subprocess.run([sudo, "-n", "true"], capture_output=True, check=False).returncode == 0:
        return [sudo, "-n"]
    return None
