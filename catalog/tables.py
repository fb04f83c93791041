"""The tables of the catalog, for SQLite and PostgreSQL alike (SQLAlchemy Core, migrated by Alembic).

What crawls learn of sites is in `catalog.learned_tables`.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from catalog.columns import Moment, RowId, metadata

connectors = Table(
    "connectors",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(64), nullable=False, unique=True),
    Column("created_at", Moment(), nullable=False),
    Column("access_hash", String(32)),  # the access rules that every document's list was last given by
    Column("survey", JSON(none_as_null=True)),  # catalog.survey
)

runs = Table(
    "runs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("connector_id", ForeignKey("connectors.id"), nullable=False, index=True),
    Column("mode", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("limit_reached", String(32)),
    Column("error", Text),
    Column("started_at", Moment(), nullable=False),
    Column("finished_at", Moment()),
    Column("seconds", Float, nullable=False, default=0.0),  # time spent crawling, over all resumptions
    Column("counts", JSON, nullable=False, default=dict),
    Column("settings_hash", String(32), nullable=False),
    # Who is crawling: a lease that a dead process lets expire.
    Column("holder", String(128)),
    Column("lease_expires_at", Moment()),
    sqlite_autoincrement=True,  # no number is ever given twice: the ledger compares them
)

robots = Table(
    "robots",
    metadata,
    Column("origin", String(300), primary_key=True),
    Column("status", Integer),  # of the answer; null: unreachable
    Column("body", LargeBinary),
    Column("fetched_at", Moment(), nullable=False),
    Column("expires_at", Moment(), nullable=False),
    Column("error", Text),
)

urls = Table(  # the ledger: one row for every URL ever seen, which is the durable frontier too
    "urls",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("connector_id", ForeignKey("connectors.id"), nullable=False),
    Column("key", LargeBinary(16), nullable=False, unique=True),
    Column("url", Text, nullable=False),
    Column("host", String(300), nullable=False),
    Column("depth", Integer, nullable=False),
    Column("referrer_id", RowId),
    Column("found_by", String(16), nullable=False),  # catalog.task.FoundBy
    Column("link_text", Text),  # of a link to it that says what is there (extract.link_text)
    Column("run_id", Integer, nullable=False),  # the latest run that met it
    Column("state", String(16), nullable=False),
    Column("reason", String(40)),
    Column("rule", Text),
    Column("detail", Text),  # what was seen: an error, a redirect's target, a duplicate's original
    Column("status", Integer),
    Column("content_type", String(128)),
    Column("size", BigInteger),  # bytes of the body, decompressed
    Column("renderer", String(16)),
    Column("renderer_reason", Text),
    Column("redirects", JSON),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("fetched_at", Moment()),
    Column("fetch_ms", Integer),
    Column("etag", Text),
    Column("last_modified", Text),
    Column("sitemap_lastmod", Moment()),  # what a sitemap or feed said last
    Column("body_hash", LargeBinary(16)),
    Column("content_hash", LargeBinary(16)),
    Column("sketch", LargeBinary(16)),  # of what was read last (catalog.resemblance)
    Column("read_by", LargeBinary(16)),  # the mark of the rules that read it (crawler.sync.reading_mark)
    Column("headers", JSON),  # of the answer: those that reading it took
    Column("document_id", String(32)),
    # What its rate of change is estimated from (catalog.change_rate): answers, and those that were news.
    Column("visits", Integer, nullable=False, server_default=text("0")),
    Column("changes", Integer, nullable=False, server_default=text("0")),
    Column("first_read_at", Moment()),
    Column("unlinked_runs", Integer, nullable=False, server_default=text("0")),  # full ones, in a row
    Index(
        "ix_urls_frontier",
        "connector_id",
        "run_id",
        "host",
        "id",
        sqlite_where=text("state = 'queued'"),
        postgresql_where=text("state = 'queued'"),
    ),
    Index(  # where seeds lead: asked at the start of every sync
        "ix_urls_seed_redirects",
        "connector_id",
        "run_id",
        sqlite_where=text("depth = 0 AND state = 'redirect'"),
        postgresql_where=text("depth = 0 AND state = 'redirect'"),
    ),
)

page_links = Table(  # the links of each page, so that an unchanged one still leads on
    "page_links",
    metadata,
    Column("url_id", RowId, primary_key=True, autoincrement=False),
    Column("links", LargeBinary, nullable=False),  # zstandard over JSON
)

hubs = Table(  # the pages on which most others were found (catalog.hubs)
    "hubs",
    metadata,
    Column("url_id", RowId, primary_key=True, autoincrement=False),
    Column("connector_id", ForeignKey("connectors.id"), nullable=False, index=True),
)

page_sources = Table(  # what a rendered page was made of (crawler.rendering.sources)
    "page_sources",
    metadata,
    Column("url_id", RowId, primary_key=True, autoincrement=False),
    Column("sources", LargeBinary, nullable=False),
)

refused_links = Table(  # links out of scope: a counter per host and some examples, not a row each
    "refused_links",
    metadata,
    Column("connector_id", ForeignKey("connectors.id"), primary_key=True),
    Column("host", String(300), primary_key=True),
    Column("reason", String(40), primary_key=True),
    Column("run_id", Integer, nullable=False),
    Column("count", BigInteger, nullable=False),
    Column("examples", JSON, nullable=False),
)

access_lists = Table(
    "access_lists",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", String(64), nullable=False, unique=True),  # a hash of the normalised lists
    Column("allow", JSON, nullable=False),
    Column("deny", JSON, nullable=False),
)

documents = Table(
    "documents",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("connector_id", ForeignKey("connectors.id"), nullable=False),
    Column("url_id", RowId, nullable=False),
    Column("url", Text, nullable=False),
    Column("kind", String(8), nullable=False),
    Column("version", Integer, nullable=False),
    Column("title", Text, nullable=False),
    Column("language", String(16)),
    Column("fields", JSON, nullable=False),
    Column("content", LargeBinary, nullable=False),  # the blocks, see catalog.content
    Column("content_hash", LargeBinary(16), nullable=False),  # of main content and mapped fields
    Column("access_id", ForeignKey("access_lists.id"), nullable=False),
    Column("created_at", Moment(), nullable=False),
    Column("changed_at", Moment(), nullable=False),
    Column("fetched_at", Moment(), nullable=False),
    Column("run_id", Integer, nullable=False),  # the latest run that met it
    Column("deleted_at", Moment()),
    Column("pending", Boolean, nullable=False),  # the indexes do not show this version yet
    Column(
        "faults", JSON(none_as_null=True)
    ),  # mapped values that did not fit: [field, source, value, message] each; null: none
    Column("sketch", LargeBinary(16)),
    *(Column(f"near_{place}", BigInteger, index=True) for place in range(4)),  # marks: catalog.resemblance
    Column("anew", Boolean),  # its chunks are to be embedded again, as a forced run wants it
    Index(
        "ix_documents_pending",
        "id",
        sqlite_where=text("pending = 1"),  # just as SQLAlchemy asks for it, else SQLite reads every row
        postgresql_where=text("pending"),
    ),
    Index(
        "ix_documents_faults",
        "run_id",
        sqlite_where=text("faults IS NOT NULL"),
        postgresql_where=text("faults IS NOT NULL"),
    ),
    Index("ix_documents_content", "connector_id", "content_hash"),
    # Counted, and looked up by their URLs, without reading any content.
    Index("ix_documents_living", "connector_id", "deleted_at", "url_id", "access_id"),
)

document_versions = Table(  # what a document said before
    "document_versions",
    metadata,
    Column("document_id", String(32), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("title", Text, nullable=False),
    Column("fields", JSON, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("fetched_at", Moment(), nullable=False),
    Column("replaced_at", Moment(), nullable=False),
)

bodies = Table(  # content-addressed; the bytes lie compressed in append-only shard files
    "bodies",
    metadata,
    Column("hash", LargeBinary(16), primary_key=True),
    Column("shard", String(64), nullable=False),
    Column("offset", BigInteger, nullable=False),
    Column("length", BigInteger, nullable=False),
    Column("size", BigInteger, nullable=False),  # before compression
)

embeddings = Table(  # one for each (model, prompt, exact input text); fp16 rows in shard files
    "embeddings",
    metadata,
    Column("key", LargeBinary(16), primary_key=True),
    Column("shard", String(64), nullable=False),
    Column("row", BigInteger, nullable=False),
)

chunks = Table(
    "chunks",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("document_id", ForeignKey("documents.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("ordinal", Integer, nullable=False),  # from 0, in reading order
    Column("text", Text, nullable=False),
    Column("heading_path", JSON, nullable=False),
    Column("anchor", Text),
    Column("page", Integer),
    Column("start", Integer, nullable=False),  # character offsets in the document's text
    Column("end", Integer, nullable=False),
    Column("embedding_key", LargeBinary(16), nullable=False, index=True),
    UniqueConstraint("document_id", "ordinal"),
    sqlite_autoincrement=True,  # no id is ever given twice: the indexes may still hold a removed one
)

host_turns = Table(  # which process may ask a host now (catalog.host_turns)
    "host_turns",
    metadata,
    Column("host", String(300), primary_key=True),
    Column("interval", Float, nullable=False),  # seconds between two requests: the strictest wish
    Column("concurrency", Integer, nullable=False),  # requests at a time: the strictest wish
    Column("holder", String(128), index=True),  # null: free
    Column("lease_expires_at", Moment()),
    Column("free_at", Moment()),  # no request before that
    Column("wanted_by", String(128)),  # who is next
    Column("wanted_until", Moment()),
)

sessions = Table(  # of logins, encrypted (catalog.vault)
    "sessions",
    metadata,
    Column("connector_id", ForeignKey("connectors.id"), primary_key=True),
    Column("login", String(64), primary_key=True),  # which of the connector's logins: a keyed hash of it
    Column("sealed", LargeBinary, nullable=False),
    Column("saved_at", Moment(), nullable=False),
)

rejected_credentials = Table(  # by a keyed hash: what was rejected is not tried again until it changes
    "rejected_credentials",
    metadata,
    Column("mark", String(64), primary_key=True),
    Column("sentence", Text, nullable=False),  # what was seen, in words for people
    Column("rejected_at", Moment(), nullable=False),
)

commands = Table(  # what the search service asks a running `crawler schedule` to do
    "commands",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("name", String(32), nullable=False),
    Column("arguments", JSON, nullable=False),
    Column("state", String(16), nullable=False),
    Column("result", JSON),
    Column("created_at", Moment(), nullable=False),
    Column("finished_at", Moment()),
)

api_keys = Table(  # of programs that ask (catalog.api_keys)
    "api_keys",
    metadata,
    Column("name", String(100), primary_key=True),
    Column("digest", LargeBinary(32), nullable=False, unique=True),  # SHA-256; the key itself is not kept
    Column("groups", JSON, nullable=False),
    Column("scopes", JSON, nullable=False),
    Column("created_at", Moment(), nullable=False),
    Column("revoked_at", Moment()),
    Column("access_key_id", String(32), unique=True),  # of keys that requests are signed with
    Column("sealed_secret", LargeBinary),  # such a key itself: signatures are checked with it
)

sign_ins = Table(  # of people, or of whoever has a key, on the pages (catalog.sign_ins)
    "sign_ins",
    metadata,
    Column("digest", LargeBinary(32), primary_key=True),  # SHA-256 of the id that only the browser has
    Column("user", Text),
    Column("groups", JSON),
    Column("id_token", LargeBinary),  # sealed: it names the session to end at the identity provider
    Column("key_digest", LargeBinary(32)),  # as in api_keys
    Column("expires_at", Moment(), nullable=False, index=True),
)

tuning_versions = Table(  # synonyms, boosts … as they were put through the interface (catalog.tuning)
    "tuning_versions",
    metadata,
    Column("kind", String(16), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("content", Text, nullable=False),
    Column("entries", Integer, nullable=False),
    Column("author", Text),  # null: who is not known
    Column("restored", Integer),  # the version whose content this is again
    Column("created_at", Moment(), nullable=False),
)

group_members = Table(  # which principals are in which group (catalog.groups)
    "group_members",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("group", Text, nullable=False),
    Column("member", Text, nullable=False),
    sqlite_autoincrement=True,  # no id is ever given twice: the highest tells which file was loaded
)
