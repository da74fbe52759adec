"""What the engines do only once, done before anybody waits: kernels compiled, the classification's names embedded.

Both are kept on disk: the kernels where numba keeps them (beside the sources, or ``NUMBA_CACHE_DIR``), the embeddings
in the state folder, with a mark there of what they were made from.
"""

from __future__ import annotations

import hashlib
import platform
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

from jobbridge.engines import occupations

KERNELS = Path(__file__).parent / "matching"
UNKNOWN = "铁架子帮工"  # in no list: it needs the embeddings


def is_warm(state: Path) -> bool:
    """Whether it was done for this code on this machine; asks without loading the engines."""
    try:
        made_of, _, folder = _mark(state).read_text(encoding="utf-8").partition("\n")
    except OSError:
        return False
    return made_of == _made_of() and any(Path(folder).glob("*.nbi"))


def warm(state: Path) -> float:
    """Compile and embed; return the seconds it took."""
    from jobbridge.engines.matching import warm as compile_kernels
    from jobbridge.engines.matching.edges import _legal_pairs

    started = time.monotonic()
    compile_kernels()
    occupations.classifier().learn([UNKNOWN])
    kernel: Any = _legal_pairs  # like any other it knows where they are kept
    try:
        _mark(state).parent.mkdir(parents=True, exist_ok=True)
        _mark(state).write_text(f"{_made_of()}\n{kernel._cache.cache_path}", encoding="utf-8")
    except OSError:  # then the next asks again
        pass
    return time.monotonic() - started


def _mark(state: Path) -> Path:
    return state / "cache" / "warm"


def _made_of() -> str:
    whole = hashlib.sha256(f"{platform.python_version()} {version('numba')} {occupations.edition()}".encode())
    for file in sorted(KERNELS.glob("*.py")):
        whole.update(file.read_bytes())
    return whole.hexdigest()
