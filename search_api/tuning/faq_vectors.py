"""The vectors of known questions, configured or frequent: made once per model, and kept in a file."""

from __future__ import annotations

import hashlib
import io
import logging
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from catalog.durable import make_durably, write_durably

logger = logging.getLogger(__name__)

Embed = Callable[[Sequence[str]], NDArray[np.float32] | None]
"""The vectors of questions in their order, shape (n, dimension); None where they cannot be made now."""


def kept_vectors(
    folder: Path, model_key: str, texts: Sequence[str], embed: Embed, kind: str = "faq"
) -> NDArray[np.float32] | None:
    """The vectors of `texts` by a model: shape (len(texts), dimension); None where they cannot be made now.

    Those that were made before are read from `folder`; the others are made, and all are kept there. A file
    that cannot be read is made anew, one that cannot be written costs only time at the next start.
    """
    file = folder / f"{kind}-{hashlib.blake2b(model_key.encode(), digest_size=8).hexdigest()}.npz"
    digests = [hashlib.blake2b(text.encode(), digest_size=16).digest() for text in texts]
    kept = _read(file)
    missing = {digest: text for digest, text in zip(digests, texts, strict=True) if digest not in kept}
    if missing:
        made = embed(list(missing.values()))
        if made is None:
            return None
        kept = {**kept, **dict(zip(missing, made.astype(np.float16), strict=True))}
        kept = {digest: kept[digest] for digest in dict.fromkeys(digests)}
        _write(file, kept)
    return np.array([kept[digest] for digest in digests], np.float32)


def _read(file: Path) -> Mapping[bytes, NDArray[np.float16]]:
    try:
        with file.open("rb") as opened, np.load(opened) as stored:
            digests, vectors = stored["digests"], stored["vectors"]
            return {digest.tobytes(): vector for digest, vector in zip(digests, vectors, strict=True)}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        logger.warning("%s is made anew: %s", file, error)
        return {}


def _write(file: Path, kept: Mapping[bytes, NDArray[np.float16]]) -> None:
    content = io.BytesIO()
    digests = np.frombuffer(b"".join(kept), np.uint8).reshape(len(kept), -1)
    np.savez(content, digests=digests, vectors=np.stack(list(kept.values())))
    try:
        make_durably(file.parent)
        write_durably(file, content.getvalue())
    except OSError as error:
        logger.warning(
            "%s cannot be kept, its questions are embedded at each start: %s", file, error.strerror
        )
