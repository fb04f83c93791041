"""`store`: where everything is kept."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

from pydantic import AfterValidator, Field, PlainSerializer, ValidationInfo, WithJsonSchema

from settings.faults import UnquotableError
from settings.secrets import MASK
from settings.section import LocalPath, Positive, Section, folder_of

_SQLITE: Final = "sqlite:///"
_PASSWORD: Final = re.compile(r"(?<=://)([^:/@]*):.*@")


class DatabaseUrl(str):
    """A SQLAlchemy URL; its repr, and a dump of the settings, hide the password."""

    __slots__ = ()

    def __repr__(self) -> str:
        return repr(without_password(self))


def without_password(url: str) -> str:
    """The URL with `•••` for its password."""
    return _PASSWORD.sub(rf"\1:{MASK}@", url, count=1)


def _database(url: str, information: ValidationInfo) -> DatabaseUrl:
    """A relative SQLite path starts from the folder of the configuration file."""
    if url.startswith("postgresql+psycopg://"):
        return DatabaseUrl(url)
    path = url.removeprefix(_SQLITE)
    if path == url or not path or ":memory:" in path:
        raise UnquotableError("must be sqlite:///PATH or postgresql+psycopg://USER:PASSWORD@HOST/NAME")
    return DatabaseUrl(_SQLITE + str((folder_of(information) / Path(path).expanduser()).resolve()))


Database = Annotated[
    str,
    AfterValidator(_database),
    PlainSerializer(without_password, return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^(sqlite:///|postgresql\+psycopg://)"}),
]


class BodyRetention(StrEnum):
    """Which bodies are kept, compressed, so that changed mappings need no new fetch."""

    LATEST = "latest"
    NONE = "none"


class StoreSettings(Section):
    """Where everything is kept. Relative paths start from the folder of this file."""

    database: Database = Field(
        default="sqlite:///data/catalog.db",
        validate_default=True,
        examples=["postgresql+psycopg://sitelore:${env:DB_PASSWORD}@db.example.com/sitelore"],
    )
    """The catalog: SQLite, or PostgreSQL when several machines share it (its password percent-encoded)."""
    directory: LocalPath = Field(default=Path("data"), validate_default=True)
    """The folder of segments, bodies and embeddings."""
    bodies: BodyRetention = BodyRetention.LATEST
    """`latest`: keep the newest body of each page, compressed, so that changed mappings need no fetch."""
    keep_runs: Positive = 50
    """How many runs of each connector stay in the reports."""
