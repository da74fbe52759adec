"""Make sure the browser tests have Chromium and a font with Chinese characters."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import debian

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FONTS = ("/usr/share/fonts", "/usr/local/share/fonts")


def main() -> None:
    missing = []
    if not any(map(shutil.which, BROWSERS)):
        missing.append("chromium")
    if not has_chinese_font():
        missing.append("fonts-noto-cjk")
    if missing:
        debian.install(missing, "the browser tests")


def has_chinese_font() -> bool:
    if shutil.which("fc-list"):
        return bool(subprocess.run(["fc-list", ":lang=zh"], capture_output=True, check=False).stdout.strip())
    return any(next(Path(folder).rglob("*CJK*"), None) for folder in FONTS)


if __name__ == "__main__":
    main()
