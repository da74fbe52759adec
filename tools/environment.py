"""Create .venv and install exactly what the locks say.

    python3 tools/environment.py runtime    to run JobBridge
    python3 tools/environment.py test       and to check and test it
    python3 tools/environment.py bench      and to compare it with its peers

Needs Python's standard library only. Every package must have a hash of the lock. A second run that finds everything
as the locks want it ends at once.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import debian

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOCKS = ROOT / "requirements"
OLDEST = (3, 11)
SYSTEM_CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
UV_INSTALL = (str(VENV / "bin" / "uv"), "pip", "install", "--quiet", "--python", str(PYTHON))


def main() -> None:
    if sys.version_info < OLDEST:
        wanted = ".".join(map(str, OLDEST))
        found = sys.version.split()[0]
        raise SystemExit(f"Python {wanted} or newer is needed, not {found}: make PYTHON=... names another")
    kind = sys.argv[1]
    locks = [LOCKS / f"{kind}.txt"]
    if shutil.which("npm", path=path_without_venv()) is None:
        locks.append(LOCKS / "node.txt")
    wanted = digest([*locks, LOCKS / "installer.txt", ROOT / "pyproject.toml"])
    stamp = VENV / f"installed-{kind}"
    if PYTHON.exists() and stamp.exists() and stamp.read_text() == wanted:
        return
    print(f"setting up the Python environment ({kind})", flush=True)
    create()
    for lock in locks:
        install_locked(lock)
    run(*UV_INSTALL, "--no-deps", "--no-build-isolation", "--editable", str(ROOT))
    # Compiled now and kept on disk, so that the first matching of a user does not wait for it.
    run(str(PYTHON), "-c", "from jobbridge.engines.matching import warm; warm()")
    stamp.write_text(wanted)


def digest(files: list[Path]) -> str:
    whole = hashlib.sha256(sys.version.encode())
    for file in files:
        whole.update(file.read_bytes())
    return whole.hexdigest()


def path_without_venv() -> str:
    parts = os.environ.get("PATH", os.defpath).split(os.pathsep)
    return os.pathsep.join(part for part in parts if Path(part) != VENV / "bin")


def create() -> None:
    """Make .venv with uv in it, with whatever the machine offers for that."""
    if (VENV / "bin" / "uv").exists() and works(PYTHON):
        return
    shutil.rmtree(VENV, ignore_errors=True)
    installer = ["install", "--quiet", "--require-hashes", "-r", str(LOCKS / "installer.txt")]
    has_venv = importlib.util.find_spec("ensurepip") is not None  # Debian keeps it in a package of its own
    if not has_venv and importlib.util.find_spec("pip") is not None:
        run(sys.executable, "-m", "venv", "--without-pip", str(VENV))
        run(sys.executable, "-m", "pip", "--python", str(PYTHON), *installer)
        return
    if not has_venv:
        debian.install(["python3-venv"], "Python environments")
    run(sys.executable, "-m", "venv", str(VENV))
    run(str(PYTHON), "-m", "pip", *installer)


def works(python: Path) -> bool:
    """Whether the environment's Python is there and of the version that runs this script."""
    code = "import sys; print(sys.version)"
    try:
        shown = subprocess.run([str(python), "-c", code], capture_output=True, text=True, check=False).stdout
    except OSError:
        return False
    return shown.strip() == sys.version


def install_locked(lock: Path) -> None:
    """Install with uv, which is quick; where that does not get through, with pip, which may."""
    locked = ["--require-hashes", "-r", str(lock)]
    quick = subprocess.run([*UV_INSTALL, *locked], cwd=ROOT, env={**os.environ, **settings_for_uv()}, check=False)
    if quick.returncode != 0:
        print("uv did not manage; trying pip", flush=True)
        run(str(PYTHON), "-m", "pip", "install", "--quiet", *locked)


def settings_for_uv() -> dict[str, str]:
    """pip's mirror and certificate, which uv does not look for, and the system's certificates rather than uv's own.

    What the environment says about uv comes first.
    """
    shown = subprocess.run(
        [str(PYTHON), "-m", "pip", "config", "list"], capture_output=True, text=True, check=False
    ).stdout
    settings = {}
    if SYSTEM_CERTIFICATES.exists() and "UV_SYSTEM_CERTS" not in os.environ:
        settings["UV_SYSTEM_CERTS"] = "1"
    for line in shown.splitlines():  # global.index-url='...', or :env:.index-url='...', the stronger one later
        key, _, value = line.partition("=")
        name = {"index-url": "UV_DEFAULT_INDEX", "cert": "SSL_CERT_FILE"}.get(key.rpartition(".")[2])
        if name and name not in os.environ and (name not in settings or key.startswith(":env:")):
            settings[name] = value.strip().strip("'\"")
    return settings


def run(*command: str) -> None:
    done = subprocess.run(command, cwd=ROOT, check=False)
    if done.returncode != 0:
        raise SystemExit(f"this failed ({done.returncode}): {' '.join(command)}")


if __name__ == "__main__":
    main()
