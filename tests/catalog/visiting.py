"""What a crawl says to the catalog, in few words: discoveries, verdicts, drafts, and rows read back."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, select

from catalog.connectors import connector_id
from catalog.content import pack_blocks
from catalog.database import Catalog
from catalog.document import Block, BlockKind, document_id, url_key
from catalog.ledger import enqueue, record_verdicts, refuse
from catalog.recording import Settled, save_documents
from catalog.tables import documents, urls
from catalog.task import FetchTask, FoundBy
from catalog.visit import Discovery, DocumentDraft, FetchedCopy, Verdict
from catalog.vocabulary import ALLOWED, PUBLIC, Reason, UrlState, refused
from tests.catalog.rows import NOON

SITE = "https://a.example"


def met(path: str, reason: Reason | None = None, **changes: Any) -> Discovery:
    """A discovered URL of the intranet, allowed unless there is a reason."""
    url = path if "://" in path else SITE + path
    values: dict[str, Any] = {
        "key": url_key("intranet", url),
        "url": url,
        "host": url.split("/")[2],
        "depth": 1,
        "found_by": FoundBy.LINK,
        "decision": ALLOWED if reason is None else refused(reason, "a rule"),
    } | changes
    return Discovery(**values)


def intranet(connection: Connection) -> int:
    return connector_id(connection, "intranet")


def find(catalog: Catalog, run: int, *found: Discovery) -> tuple[FetchTask, ...]:
    """Meet URLs that may be crawled; returns those that are now queued."""
    with catalog.write() as connection:
        return enqueue(connection, intranet(connection), run, found)


def keep_out(catalog: Catalog, run: int, *found: Discovery) -> int:
    with catalog.write() as connection:
        return refuse(connection, intranet(connection), run, found)


def conclude(catalog: Catalog, task: FetchTask, state: UrlState, **changes: Any) -> None:
    """Write what the visit of a task came to."""
    with catalog.write() as connection:
        record_verdicts(connection, [Verdict(task.url_id, state, **changes)], NOON)


def row_of(catalog: Catalog, path: str) -> Row[*tuple[Any, ...]]:
    """The one ledger row of a URL."""
    key = url_key("intranet", path if "://" in path else SITE + path)
    with catalog.read() as connection:
        return connection.execute(select(urls).where(urls.c.key == key)).one()


def name_of(path: str) -> str:
    """The id of the document at a URL."""
    return document_id("intranet", SITE + path)


def document_of(catalog: Catalog, path: str) -> Row[*tuple[Any, ...]]:
    with catalog.read() as connection:
        return connection.execute(select(documents).where(documents.c.id == name_of(path))).one()


def hash_of(text: str) -> bytes:
    return url_key("content", text)


def draft(path: str, text: str = "", **changes: Any) -> DocumentDraft:
    """A page that says `text`, by default something that no other says."""
    said = text or f"All about {path}"
    values: dict[str, Any] = {
        "id": name_of(path),
        "url_id": 1,
        "url": SITE + path,
        "kind": "page",
        "title": f"Title of {path}",
        "language": "en",
        "fields": {},
        "content": pack_blocks([Block(BlockKind.PARAGRAPH, said)]),
        "content_hash": hash_of(said),
        "access_id": PUBLIC,
    } | changes
    return DocumentDraft(**values)


def copy(content: str | None = None, **changes: Any) -> FetchedCopy:
    """A fetched body, of which `content` is what became a document."""
    values: dict[str, Any] = {
        "content_type": "text/html",
        "size": 10,
        "renderer": "http",
        "etag": '"one"',
        "last_modified": "Mon, 23 Nov 2026 12:00:00 GMT",
        "body_hash": bytes(16),
        "content_hash": None if content is None else hash_of(content),
    } | changes
    return FetchedCopy(**values)


def save(catalog: Catalog, run: int, *drafts: DocumentDraft, **options: Any) -> tuple[Settled, ...]:
    """Save drafts of the intranet at noon, or as the options say."""
    values: dict[str, Any] = {"now": NOON} | options
    with catalog.write() as connection:
        return save_documents(connection, intranet(connection), run, drafts, **values)


def index(catalog: Catalog, run: int, path: str, text: str = "", **changes: Any) -> Settled:
    """A visit that read a page: the document is saved and the ledger says so."""
    (task,) = find(catalog, run, met(path))
    said = draft(path, text, url_id=task.url_id, **changes)
    (settled,) = save(catalog, run, said)
    known = settled.original_id or said.id
    state = UrlState.DUPLICATE if settled.original_id else UrlState.INDEXED
    reason = Reason.DUPLICATE_OF if settled.original_id else None
    described = copy(content_hash=said.content_hash)
    conclude(catalog, task, state, reason=reason, document_id=known, copy=described)
    return settled
