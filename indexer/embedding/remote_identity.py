"""Whether a server still runs the model that it ran before: told by the vector of one fixed sentence."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import numpy as np
import orjson
from numpy.typing import NDArray

from catalog.durable import write_durably

PROBE: Final = "The quick brown fox asks an embedding server which model it is."
SAME_COSINE: Final = 0.98
"""Two precisions of one model differ by less, two models by far more."""


@dataclass(frozen=True, slots=True)
class Identity:
    """A model on a server: the name it is asked for, the key of its vectors, what it made of `PROBE`."""

    name: str
    key: str
    dimension: int
    probe: tuple[float, ...]

    def gave(self, vector: NDArray[np.float32]) -> bool:
        """Whether `vector`, of length 1, is this model's of `PROBE`."""
        return len(vector) == self.dimension and float(vector @ np.array(self.probe)) >= SAME_COSINE


def new_identity(name: str, vector: NDArray[np.float32]) -> Identity:
    """The identity of a model that was not met before; `vector` is its of `PROBE`, of length 1."""
    probe = tuple(round(float(value), 5) for value in vector)
    label = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.")[-32:] or "model"
    digest = hashlib.sha256(orjson.dumps([name, probe])).hexdigest()[:12]
    return Identity(name, f"{label}-{digest}", len(vector), probe)


def read_identities(file: Path) -> tuple[Identity, ...]:
    """All models that were ever met, oldest first; an unreadable file counts as none."""
    try:
        return tuple(
            Identity(each["name"], each["key"], each["dimension"], tuple(each["probe"]))
            for each in orjson.loads(file.read_bytes())
        )
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return ()


def write_identities(file: Path, identities: Sequence[Identity]) -> None:
    """Replace the file in one step."""
    file.parent.mkdir(parents=True, exist_ok=True)
    write_durably(file, orjson.dumps([asdict(each) for each in identities]) + b"\n")
