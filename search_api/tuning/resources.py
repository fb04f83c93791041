"""Tuning as a resource: what holds, what was put, every version of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection

from catalog.connectors import connector_names
from catalog.document import document_id
from catalog.documents import read_documents
from catalog.live_tuning import LiveTuning
from catalog.tuning import TuningVersion, newest_version, put_tuning, read_content, read_versions
from search_api.admin.administration import Administration, UnknownThingError
from search_api.query.faults import Fault, InvalidQuestionError
from settings.tuning.featured import Featured
from settings.tuning.formats import parser_of
from settings.tuning.kinds import TuningKind
from settings.tuning.parsed import Parsed

_FROZEN = ConfigDict(frozen=True)
_MOST_FAULTS = 100


class TuningFault(BaseModel):
    """What is wrong with a file or a version, and where."""

    model_config = _FROZEN

    place: str = Field(description="File (or version), line and column.")
    message: str


class TuningFile(BaseModel):
    """A file that the configuration names, as this process reads it."""

    model_config = _FROZEN

    path: str
    digest: str | None = Field(description="SHA-256 of the content that holds.")
    entries: int


class TuningKindState(BaseModel):
    """What holds of one kind: the entries of files and of the version that was put last."""

    model_config = _FROZEN

    kind: TuningKind
    entries: int = Field(description="Of files and version together.")
    version: int = Field(description="The version put last; 0: none.")
    files: list[TuningFile]
    faults: list[TuningFault] = Field(
        description="Why something is not used as it stands now: what held before goes on to hold."
    )


class TuningState(BaseModel):
    """What holds of every kind."""

    model_config = _FROZEN

    kinds: list[TuningKindState]


class TuningVersionAnswer(BaseModel):
    """One version of what was put."""

    model_config = _FROZEN

    kind: TuningKind
    version: int
    entries: int
    author: str | None = Field(description="A user, or the name of a key.")
    restored: int | None = Field(description="The version whose content was brought back by it.")
    created_at: datetime
    notices: list[str] = []


class TuningVersions(BaseModel):
    """All versions, the newest first."""

    model_config = _FROZEN

    versions: list[TuningVersionAnswer]


class TuningContent(BaseModel):
    """What a version holds: a text in the format of the files of its kind."""

    model_config = _FROZEN

    kind: TuningKind
    version: int
    content: str


class TuningRequest(BaseModel):
    """A new version; it replaces the one before, files stay beside it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    content: str = Field(
        description="As a file of its kind: synonyms in Solr's format, `featured: […]` or `boosts: […]` in "
        "YAML, questions and answers in CSV or JSON. Empty: nothing beside the files."
    )


def state_of(kinds: Mapping[TuningKind, LiveTuning[Any]]) -> TuningState:
    """What holds in this process."""
    return TuningState(kinds=[_kind_state(kind, live) for kind, live in kinds.items()])


def content_of(connection: Connection, kind: TuningKind, version: int | None = None) -> TuningContent:
    """A version, or the one that holds; nothing, as version 0, where nothing was put."""
    wanted = newest_version(connection, kind) if version is None else version
    content = read_content(connection, kind, wanted)
    if content is None and version is not None:
        raise UnknownThingError(f"There is no version {version} of {kind}.")
    return TuningContent(kind=kind, version=wanted, content=content or "")


def versions_of(connection: Connection, kind: TuningKind) -> TuningVersions:
    """All versions, the newest first."""
    return TuningVersions(versions=[_version(each) for each in read_versions(connection, kind)])


def put(
    administration: Administration, kind: TuningKind, content: str, restored: int | None = None
) -> TuningVersionAnswer:
    """Keep a content as the newest version. Raises `InvalidQuestionError` for one with faults."""
    parsed = _parsed(administration, kind, content)
    caller = administration.caller
    with administration.catalog.write() as connection:
        made = put_tuning(
            connection,
            kind,
            content,
            len(parsed.entries),
            author=caller.user or caller.key,
            restored=restored,
        )
        notices = [
            f"no document has the address {url}: it is not shown until it is indexed"
            for url in unindexed(connection, parsed.entries)
        ]
    return _version(made, notices)


def _parsed(administration: Administration, kind: TuningKind, content: str) -> Parsed[Any]:
    if not content.strip():
        return Parsed(())
    parsed = parser_of(kind, administration.settings.fields)(content, Path("content"))
    if parsed.faults:
        told = parsed.faults[:_MOST_FAULTS]
        raise InvalidQuestionError(
            [Fault("content", f"{each.line}:{each.column}: {each.message}") for each in told]
        )
    return parsed


def restore(administration: Administration, kind: TuningKind, version: int) -> TuningVersionAnswer:
    """Make the content of a version the newest one again."""
    with administration.catalog.read() as connection:
        content = content_of(connection, kind, version).content
    return put(administration, kind, content, restored=version)


def unindexed(connection: Connection, entries: Sequence[object]) -> Iterator[str]:
    """The addresses of featured entries that no document has, each once."""
    urls = [each.url for entry in entries if isinstance(entry, Featured) for each in entry.results]
    known = _indexed(connection, urls) if urls else frozenset()
    yield from (url for url in dict.fromkeys(urls) if url not in known)


def _indexed(connection: Connection, urls: Collection[str]) -> frozenset[str]:
    names = connector_names(connection).values()
    ids = {document_id(name, url): url for url in urls for name in names}
    return frozenset(ids[found] for found in read_documents(connection, ids, blocks=False))


def _version(made: TuningVersion, notices: Sequence[str] = ()) -> TuningVersionAnswer:
    return TuningVersionAnswer(
        kind=made.kind,
        version=made.version,
        entries=made.entries,
        author=made.author,
        restored=made.restored,
        created_at=made.created_at,
        notices=list(notices),
    )


def _kind_state(kind: TuningKind, live: LiveTuning[Any]) -> TuningKindState:
    return TuningKindState(
        kind=kind,
        entries=len(live.entries),
        version=live.version,
        files=[
            TuningFile(path=str(file.path), digest=file.state.digest, entries=len(file.state.entries))
            for file in live.files
        ],
        faults=[
            TuningFault(place=f"{each.file}:{each.line}:{each.column}", message=each.message)
            for each in live.faults[:_MOST_FAULTS]
        ],
    )
