"""What is served: a record names one build, a folder with both indexes, so that readers never mix two."""

from __future__ import annotations

import secrets
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import orjson
from sqlalchemy import Connection

from catalog.chunks import drop_retired, drop_staged, promote_staged
from catalog.database import Catalog
from catalog.durable import make_durably, sync_folder, write_durably
from indexer.layout import IndexLayout
from indexer.lexical.errors import IncompatibleIndexError
from indexer.lexical.schema import FORMAT as LEXICAL_FORMAT
from indexer.lexical.storage import describe
from indexer.vectors.manifest import FORMAT as VECTORS_FORMAT
from settings.configuration import Settings
from settings.services import ModelServer

GRACE_SECONDS: Final = 60.0
"""How long a replaced build, and its chunks, stay: readers look for another at least every second."""


@dataclass(frozen=True, slots=True)
class Served:
    """A build: its folder, the model whose vectors it holds, and the settings that it was made by."""

    folder: Path
    model_key: str
    recipe: Mapping[str, Any]
    since: float  # seconds since 1970

    @property
    def lexical(self) -> Path:
        """The words."""
        return self.folder / "lexical"

    @property
    def vectors(self) -> Path:
        """The vectors."""
        return self.folder / "vectors"

    @property
    def model(self) -> str | Mapping[str, str]:
        """`index.model` as it was: a name, or `url` and `name` of a server."""
        named: str | Mapping[str, str] = self.recipe["model"]
        return named


def recipe(settings: Settings) -> dict[str, Any]:
    """All of the configuration and of this version that decides what an index is."""
    model = settings.index.model
    return {
        "model": {"url": model.url, "name": model.name} if isinstance(model, ModelServer) else model,
        "chunk": {"tokens": settings.index.chunk.tokens, "overlap": settings.index.chunk.overlap},
        "fields": {
            name: list(value) if isinstance(value, tuple) else dict(value)
            for name, value in asdict(describe(settings.fields)).items()
        },
        "formats": {"lexical": LEXICAL_FORMAT, "vectors": VECTORS_FORMAT},
    }


def read_served(layout: IndexLayout) -> Served | None:
    """The build that is served; None where there is none. Raises `IncompatibleIndexError`."""
    try:
        content = orjson.loads(layout.served.read_bytes())
        return Served(
            layout.index / content["build"], content["model_key"], content["recipe"], content["since"]
        )
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError) as error:
        raise IncompatibleIndexError(
            f"{layout.served}: not readable ({error!r}); run `indexer rebuild`"
        ) from error


def serve(layout: IndexLayout, build: Served) -> None:
    """Switch to `build` in one step: who opens the record sees the old build or the new one."""
    content = {
        "build": build.folder.name,
        "model_key": build.model_key,
        "recipe": build.recipe,
        "since": time.time(),
    }
    write_durably(layout.served, orjson.dumps(content, option=orjson.OPT_INDENT_2))


def begin_build(catalog: Catalog, layout: IndexLayout, settings: Settings, model_key: str) -> Served:
    """A new build in an empty folder of its own, which `tidy` knows before it is there."""
    tidy(catalog, layout)
    folder = layout.index / f"build-{secrets.token_hex(4)}"
    make_durably(layout.index)
    write_durably(layout.building, folder.name.encode())
    make_durably(folder)
    return Served(folder, model_key, recipe(settings), time.time())


def tidy(catalog: Catalog, layout: IndexLayout, grace: float = GRACE_SECONDS) -> None:
    """Finish what a build left: one that is served gets its chunks, one that died or was refused goes.

    The caller holds the `IndexerLock`. What was replaced goes `grace` seconds after the last switch.
    Costs one look at a file where no build was made.
    """
    if not layout.building.exists():
        return
    name = layout.building.read_text()
    served = _readable(layout)
    if served is not None and served.folder.name == name:
        _promote(catalog)
    else:
        _abandon(catalog, layout.index / name)
    if not is_overdue(layout, grace):
        return
    _portions(catalog, drop_retired)
    for folder in layout.index.glob("build-*"):
        if served is None or folder.name != served.folder.name:
            shutil.rmtree(folder)
    layout.building.unlink()
    sync_folder(layout.index)


def is_overdue(layout: IndexLayout, grace: float = GRACE_SECONDS) -> bool:
    """Whether something was replaced that no reader asks any more; costs a look at one file where not."""
    if not layout.building.exists():
        return False
    served = _readable(layout)
    return served is None or time.time() >= served.since + grace


def _readable(layout: IndexLayout) -> Served | None:
    try:
        return read_served(layout)
    except IncompatibleIndexError:
        return None  # whoever opens the indexes says so and builds them anew


def _promote(catalog: Catalog) -> None:
    after: str | None = ""
    while after is not None:
        with catalog.write() as connection:
            after = promote_staged(connection, after)


def _abandon(catalog: Catalog, folder: Path) -> None:
    _portions(catalog, drop_staged)
    if folder.exists():
        shutil.rmtree(folder)


def _portions(catalog: Catalog, drop: Callable[[Connection], bool]) -> None:
    more = True
    while more:
        with catalog.write() as connection:
            more = drop(connection)
