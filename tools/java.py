"""Make sure the test of the comparison on Spark has Java."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import debian

OLDEST = 17


def main() -> None:
    if version() < OLDEST:
        debian.install(["default-jre-headless"], "the test of the comparison on Spark")
    if version() < OLDEST:
        raise SystemExit(f"The test of the comparison on Spark needs Java {OLDEST} or newer; JAVA_HOME can name one.")


def version() -> int:
    """The version of the Java that Spark would take, 0 without one."""
    home = os.environ.get("JAVA_HOME")
    java = shutil.which("java", path=str(Path(home) / "bin") if home else None)
    if java is None:
        return 0
    told = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    found = re.search(r'version "(\d+)', told)
    return int(found[1]) if found else 0


if __name__ == "__main__":
    main()
