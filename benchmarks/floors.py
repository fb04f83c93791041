"""Floors of quality (floors.json): what each judged set must reach, and of what it was measured.

`python -m benchmarks.search_quality [NAME…] --pin` and `python -m benchmarks.extraction --pin` measure anew
and pin what came out. A floor is never lowered, unless the set itself (its texts, questions or judgements) is
another one.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import orjson

from benchmarks.judged_sets import SETS
from indexer.embedding.bundled import BUNDLED_NAME, WEIGHTS_SHA256

REPOSITORY: Final = Path(__file__).resolve().parents[1]
FLOORS: Final = REPOSITORY / "benchmarks" / "floors.json"
INTRANET: Final = "intranet"
"""The set of questions about the sample company, which `make test` asks."""
GOLDEN: Final = REPOSITORY / "examples" / "intranet" / "golden.jsonl"
LEAST_SLACK: Final = 0.005
"""How far below what was measured a floor lies at least: what int8 weights of another machine may cost."""

_CODE: Final = ("indexer/chunking", "indexer/embedding", "indexer/lexical", "indexer/retrieval")


@dataclass(frozen=True, slots=True)
class Measured:
    """nDCG@10 of each half alone and of both together, over so many questions."""

    questions: int
    dense: float
    lexical: float
    hybrid: float

    @property
    def better_half(self) -> float:
        """What hybrid must beat."""
        return max(self.dense, self.lexical)

    @property
    def score(self) -> float:
        """What the floor holds."""
        return self.hybrid

    @property
    def slack(self) -> float:
        """Half a point, or one question's worth where there are few."""
        return max(LEAST_SLACK, 1 / self.questions)


@dataclass(frozen=True, slots=True)
class Extracted:
    """How much of the true text of so many pages is found (F1 over n-grams of words); the same each time."""

    pages: int
    f1: float

    @property
    def score(self) -> float:
        """What the floor holds."""
        return self.f1

    @property
    def slack(self) -> float:
        """A tenth of a point: what a change that helps other pages may cost these."""
        return 0.001


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What was measured: SHA-256 (16 digits) of the set's files and of the code, and the model's key."""

    data: str
    model: str
    code: str


@dataclass(frozen=True, slots=True)
class Floor:
    """The figure (nDCG@10 of hybrid, F1) that must be reached, and the measurement that it was taken from."""

    floor: float
    measured: Measured | Extracted
    of: Fingerprint
    day: str


def read_floors(file: Path = FLOORS) -> dict[str, Floor]:
    """The floors by name of set."""
    rows = orjson.loads(file.read_bytes())
    return {
        name: Floor(row["floor"], _measured(row["measured"]), Fingerprint(**row["of"]), row["day"])
        for name, row in rows.items()
    }


def _measured(figures: Mapping[str, Any]) -> Measured | Extracted:
    return Extracted(**figures) if "f1" in figures else Measured(**figures)


def write_floors(floors: Mapping[str, Floor], file: Path = FLOORS) -> None:
    """Keep the floors, in alphabetical order."""
    rows = {name: asdict(floors[name]) for name in sorted(floors)}
    file.write_bytes(orjson.dumps(rows, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))


def raised(former: Floor | None, measured: Measured | Extracted, of: Fingerprint, day: str) -> Floor:
    """The floor after a measurement.

    It lies below the figure by its slack. It rises with what was measured and stays where that is worse.
    Raises `ValueError` where the same data
    gave less than the floor that stands.
    """
    floor = math.floor((measured.score - measured.slack) * 1000) / 1000
    if former is not None and former.of.data == of.data:
        if measured.score < former.floor:
            raise ValueError(
                f"{measured.score:.4f} is below the floor of {former.floor:.3f}: find out which "
                "change lost it; a floor is not lowered"
            )
        floor = max(floor, former.floor)
    return Floor(floor, measured, of, day)


def fingerprint(files: Iterable[Path]) -> Fingerprint:
    """Of a set's `files`, with the bundled model and this code."""
    code = (path for folder in _CODE for path in (REPOSITORY / folder).rglob("*.py"))
    return Fingerprint(digest(files), f"{BUNDLED_NAME} {WEIGHTS_SHA256[:16]}", digest(code))


def digest(files: Iterable[Path]) -> str:
    """The first 16 digits of the SHA-256 over names and contents, whatever order they are listed in."""
    found = hashlib.sha256()
    for file in sorted(files):
        content = file.read_bytes()
        found.update(f"{file.name}\0{len(content)}\0".encode())
        found.update(content)
    return found.hexdigest()[:16]


def set_files(name: str) -> list[Path]:
    """The files that a set consists of; `intranet` is the sample company's."""
    if name == INTRANET:
        return [GOLDEN, *(GOLDEN.parent / "sites").rglob("*.md")]
    folder = SETS / name
    return [folder / "corpus.jsonl", folder / "queries.jsonl", folder / "qrels" / "test.tsv"]
